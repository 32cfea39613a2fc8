// What runs in the page while it is measured. Each is sent there as text, and refers to nothing outside of itself.

// Notes when the first events were painted.
export function watch() {
  const look = () => {
    const row = document.querySelector(".row:not([hidden]):not(.empty) .who");
    if (!row?.textContent) return requestAnimationFrame(look);
    // What was drawn in this frame is on the screen in the next.
    requestAnimationFrame(() => { window.contentAt = performance.now(); });
  };
  requestAnimationFrame(look);
}

// Notes when each address was painted, how long tasks took, and how late a timer came.
export function probe() {
  window.paintedAt = {};
  const note = () => {
    const seen = [...document.querySelectorAll(".row:not([hidden]):not(.empty) .who")].map((node) => node.textContent);
    requestAnimationFrame(() => { for (const words of seen) window.paintedAt[words] ??= Date.now(); });
  };
  new MutationObserver(note).observe(document.querySelector("#space"), { subtree: true, childList: true, characterData: true });
  window.tasks = { long: [], late: [], told: 0 };
  document.addEventListener("heard", ({ detail: [name] }) => { if (name === "event") window.tasks.told += 1; });
  new PerformanceObserver((list) => window.tasks.long.push(...list.getEntries().map((one) => one.duration))).observe({ type: "longtask" });
  // A timer is a task itself, and comes late where another one takes long.
  let due = performance.now() + 10;
  const tick = () => {
    const now = performance.now();
    window.tasks.late.push(now - due);
    due = now + 10;
    setTimeout(tick, 10);
  };
  setTimeout(tick, 10);
}

// Searches or filters as a hand does, and waits until that event stands first and is painted.
export async function find(selector, value, number) {
  const frame = () => new Promise(requestAnimationFrame);
  const rows = () => [...document.querySelectorAll(".row:not([hidden]):not(.empty) .type")];
  const top = () => rows().map((node) => [node.closest(".row").getAttribute("aria-posinset"), node.textContent]).find(([place]) => place === "1")?.[1];
  const press = (name) => [...document.querySelectorAll("#filters button")].find((node) => node.dataset.value === name || node.textContent === name);
  if (selector === "clear") {
    press("Clear")?.click();
    while (location.search || !top()) await frame();
    // Nothing of it is under way any more.
    await new Promise((done) => setTimeout(done, 250));
    return 0;
  }
  const began = performance.now();
  if (selector.startsWith("button:")) press(selector.slice(7)).click();
  else {
    const box = document.querySelector(selector);
    box.focus();
    box.value = value;
    box.dispatchEvent(new Event(selector === "#q" ? "input" : "change", { bubbles: true }));
  }
  const isShown = () => location.search && new RegExp(`^[#!]${number} `).test(top() ?? "");
  // The newest event of all may stand there already.
  while (!(isShown() && document.querySelector("#listnote").textContent.includes("found"))) {
    if (performance.now() - began > 120_000) throw new Error(`${selector} ${value}: ${number} is not found, but ${top()}; ${document.querySelector("#listnote").textContent}`);
    await frame();
  }
  await frame();
  return performance.now() - began;
}
