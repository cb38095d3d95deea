// Moves a switch at once, saves it, and takes it back if the server refuses. One that has to be confirmed is
// saved only after a yes to a second question.
"use strict";

const status = document.querySelector("[role=status]");
const token = document.querySelector("meta[name=csrf-token]").content;
const question = document.getElementById("confirm-dialog");

function isOn(control) {
  return control.matches("input") ? control.checked : control.getAttribute("aria-checked") === "true";
}

function show(control, on) {
  if (control.matches("input")) control.checked = on;
  else control.setAttribute("aria-checked", String(on));
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

function confirmed() {
  question.returnValue = "";
  question.showModal();
  return new Promise(resolve => question.addEventListener("close", () => resolve(question.returnValue === "yes"), { once: true }));
}

async function move(control, before) {
  control.setAttribute("aria-busy", "true");
  status.textContent = "";
  show(control, !before);
  try {
    if (control.hasAttribute("data-confirms") && !(await confirmed())) {
      show(control, before);
      return;
    }
    show(control, await save(control.dataset.key, !before));
    status.textContent = "Saved";
  } catch {
    show(control, before);
    status.textContent = "Couldn't save. Try again later.";
  } finally {
    control.removeAttribute("aria-busy");
  }
}

for (const button of document.querySelectorAll("button[role=switch]")) {
  button.addEventListener("click", () => {
    if (!button.hasAttribute("aria-busy")) void move(button, isOn(button));
  });
}

for (const box of document.querySelectorAll("input[data-key]")) {
  box.addEventListener("change", () => void move(box, !isOn(box)));
}

for (const opener of document.querySelectorAll("[data-opens]")) {
  opener.addEventListener("click", () => document.getElementById(opener.dataset.opens).showModal());
}
