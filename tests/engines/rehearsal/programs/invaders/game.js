// Invaders move sideways; the player shoots upwards.
const PLAYER_SPEED = 4;
const BULLET_SPEED = 7;
const INVADER_SPEED = 1; // grows with each wave
const MAX_SPEED = 12;
const PLAYER_COLOR = '#4af';
const invaderColor = "#e33";
const BULLET_RADIUS = 3;

const canvas = document.getElementById('game');
const ctx = canvas.getContext('2d');
let player = { x: 240, y: 300, width: 30 };
let invaders = [];
let score = 0;

function spawn(rows, columns) {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      invaders.push({ x: 30 + c * 40, y: 20 + r * 30 });
    }
  }
}

function update(dt) {
  for (const invader of invaders) {
    invader.x += Math.min(INVADER_SPEED, MAX_SPEED) * dt;
  }
}

function draw() {
  ctx.fillStyle = PLAYER_COLOR;
  ctx.fillRect(player.x, player.y, player.width, 10);
  ctx.fillStyle = invaderColor;
  for (const invader of invaders) ctx.fillRect(invader.x, invader.y, 20, 14);
  ctx.fillText(`Score: ${score}`, 10, 20);
}

spawn(3, 8);
