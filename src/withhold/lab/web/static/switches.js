// Moves a switch at once, saves it, and takes it back if the server refuses.
"use strict";

const status = document.querySelector("[role=status]");
const token = document.querySelector("meta[name=csrf-token]").content;

function show(button, on) {
  button.setAttribute("aria-checked", String(on));
}

async function save(key, on) {
  const answer = await fetch("/api/settings", {
    method: "PATCH",
    headers: { "content-type": "application/json", "x-csrf-token": token },
    body: JSON.stringify({ [key]: on }),
  });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return (await answer.json())[key];
}

async function move(button) {
  const before = button.getAttribute("aria-checked") === "true";
  button.setAttribute("aria-busy", "true");
  status.textContent = "";
  show(button, !before);
  try {
    show(button, await save(button.dataset.key, !before));
    status.textContent = "Saved";
  } catch {
    show(button, before);
    status.textContent = "Couldn't save. Try again later.";
  } finally {
    button.removeAttribute("aria-busy");
  }
}

for (const button of document.querySelectorAll("button[role=switch]")) {
  button.addEventListener("click", () => {
    if (!button.hasAttribute("aria-busy")) void move(button);
  });
}
