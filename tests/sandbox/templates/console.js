// Updates the lists without a reload. Opened details and the focus are kept.
const lists = document.getElementById("lists");
const said = document.getElementById("said");
let waiting = false;

async function refresh() {
  if (waiting) return;
  waiting = true;
  // Several changes within this time cause one refresh.
  await new Promise((resolve) => setTimeout(resolve, 150));
  waiting = false;
  const response = await fetch("/_sandbox/lists" + location.search);
  if (!response.ok) return;
  const open = new Set([...lists.querySelectorAll("details[open]")].map((d) => d.id));
  const focused = [...lists.querySelectorAll("button, summary, a")].indexOf(document.activeElement);
  lists.innerHTML = await response.text();
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused >= 0) lists.querySelectorAll("button, summary, a")[focused]?.focus();
}

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  const response = await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" } });
  const error = response.ok ? undefined : (await response.json()).error;
  const details = Array.isArray(error?.details) ? error.details.join(", ") : error?.message;
  said.hidden = response.ok;
  said.textContent = response.ok ? "" : `${said.dataset.failed} ${details}`;
  refresh();
});

new EventSource("/_sandbox/events").onmessage = refresh;
