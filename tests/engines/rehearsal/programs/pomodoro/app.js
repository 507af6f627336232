const MINUTES = 25;
const SAVE_INTERVAL = 5000;
let remaining = MINUTES * 60;
let handle = null;

function format(seconds) {
  const m = Math.floor(seconds / 60);
  return `${m}:${String(seconds % 60).padStart(2, "0")}`;
}

function tick() {
  remaining -= 1;
  document.querySelector(".time").textContent = format(remaining);
  if (remaining <= 0) clearInterval(handle);
}

document.querySelector(".start").onclick = () => {
  handle = setInterval(tick, 1000);
};
setInterval(() => localStorage.setItem("remaining", remaining), SAVE_INTERVAL);
