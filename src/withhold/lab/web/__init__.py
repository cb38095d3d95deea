"""The provider's web pages, server-rendered. ``app.create_app`` makes the application."""
