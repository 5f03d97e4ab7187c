// Updates the lists without a reload. Opened details and the focus are kept.
const lists = document.getElementById("lists");
let waiting = false;

async function refresh() {
  if (waiting) return;
  waiting = true;
  // Several changes within this time cause one refresh.
  await new Promise((resolve) => setTimeout(resolve, 150));
  waiting = false;
  const response = await fetch("/_sandbox/lists");
  if (!response.ok) return;
  const open = new Set([...lists.querySelectorAll("details[open]")].map((d) => d.id));
  const focused = [...lists.querySelectorAll("button, summary, a")].indexOf(document.activeElement);
  lists.innerHTML = await response.text();
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused >= 0) lists.querySelectorAll("button, summary, a")[focused]?.focus();
}

lists.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" } });
  refresh();
});

new EventSource("/_sandbox/events").onmessage = refresh;
