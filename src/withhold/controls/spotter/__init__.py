"""The eye for small toggles: what a sign-up, log-in or terms page lets a hurried person agree to."""
