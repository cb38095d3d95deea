"use strict";
// Talks with its own address alone; the token stands behind # and is taken out of sight at once.
const $ = (id) => document.getElementById(id);
const KEPT = "withhold-history";
const token = location.hash.slice(1) || sessionStorage.getItem("withhold-token") || "";
sessionStorage.setItem("withhold-token", token);
history.replaceState(null, "", location.pathname);
const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
let messages = [];
let running = null;

function note(text) { $("note").textContent = text; }

function show(message) {
  const box = document.createElement("article");
  box.className = message.role;
  const who = document.createElement("h2");
  who.textContent = message.role === "user" ? "You" : "Model";
  const text = document.createElement("pre");
  text.textContent = message.content;
  const copy = document.createElement("button");
  copy.type = "button";
  copy.textContent = "Copy";
  copy.addEventListener("click", () => put(text.textContent));
  box.append(who, text, copy);
  $("talk").append(box);
  return text;
}

async function put(text) {
  try { await navigator.clipboard.writeText(text); note("Copied."); }
  catch { note("The browser did not allow copying."); }
}

function keep() {
  if ($("keep").checked) localStorage.setItem(KEPT, JSON.stringify(messages));
  else localStorage.removeItem(KEPT);
}

async function state() {
  try {
    const answer = await fetch("withhold/state", { headers });
    if (!answer.ok) throw new Error((await answer.json()).error.message);
    const found = await answer.json();
    $("model").textContent = found.model;
    $("seal").textContent = found.seal;
    $("seal").className = found.sealed ? "sealed" : "open";
  } catch (problem) {
    $("seal").textContent = "seal not known";
    $("seal").className = "open";
    note(`${problem.message || problem}. Is withhold local still running?`);
  }
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith("data:")) continue;
      const data = line.slice(5).trim();
      if (data === "[DONE]") return;
      yield JSON.parse(data);
    }
  }
}

async function answer() {
  const message = { role: "assistant", content: "" };
  const text = show(message);
  running = new AbortController();
  $("stop").disabled = false;
  $("send").disabled = true;
  try {
    const reply = await fetch("v1/chat/completions", {
      method: "POST", headers, signal: running.signal,
      body: JSON.stringify({ messages, stream: true }),
    });
    if (!reply.ok) throw new Error((await reply.json()).error.message);
    for await (const event of events(reply.body)) {
      if (event.error) throw new Error(event.error.message);
      message.content += event.choices?.[0]?.delta?.content || "";
      text.textContent = message.content;
    }
    note("");
  } catch (problem) {
    note(problem.name === "AbortError" ? "Stopped." : `${problem.message || problem}`);
  } finally {
    running = null;
    $("stop").disabled = true;
    $("send").disabled = false;
    messages.push(message);
    keep();
  }
}

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const content = $("text").value.trim();
  if (!content || running) return;
  messages.push({ role: "user", content });
  show(messages.at(-1));
  $("text").value = "";
  answer();
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("ask").requestSubmit(); }
});
$("stop").addEventListener("click", () => running?.abort());
$("copy").addEventListener("click", () => put(messages.map((m) => `${m.role}: ${m.content}`).join("\n\n")));
$("clear").addEventListener("click", () => { running?.abort(); messages = []; $("talk").replaceChildren(); localStorage.removeItem(KEPT); note("Forgotten."); });
$("keep").addEventListener("change", keep);
const kept = localStorage.getItem(KEPT);
if (kept) { messages = JSON.parse(kept); $("keep").checked = true; messages.forEach(show); }
state();
setInterval(state, 15000);
