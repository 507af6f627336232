const BALL_SPEED = 430
const BALL_RADIUS = 9
const PADDLE_HEIGHT = 104
const PADDLE_SPEED = BALL_SPEED * 1.3
const COMPUTER_SPEED = BALL_SPEED * 0.67
const POINTS_TO_WIN = 7

const WIDTH = 900
const HEIGHT = 600
const PADDLE_WIDTH = 14
const MARGIN = 28

const canvas = document.querySelector('#board')
const pen = canvas.getContext('2d')
const message = document.querySelector('#message')
const held = new Set()

let game = newGame()
let last = performance.now()

function newGame() {
  return { you: HEIGHT / 2, computer: HEIGHT / 2, points: [0, 0], ball: serve(1), wait: 0.8, state: 'playing', taken: false }
}

function serve(side) {
  const angle = (Math.random() - 0.5) * 1.1
  return { x: WIDTH / 2, y: HEIGHT / 2, dx: side * Math.cos(angle), dy: Math.sin(angle), faster: 1 }
}

function step(seconds) {
  const way = (held.has('down') ? 1 : 0) - (held.has('up') ? 1 : 0)
  game.you = inside(game.you + way * PADDLE_SPEED * seconds)
  if (game.wait > 0) {
    game.wait -= seconds
    return
  }
  const { ball } = game
  // Until somebody takes your paddle, it plays by itself.
  if (!game.taken) game.you = inside(ball.y + Math.sin(ball.x / 60) * PADDLE_HEIGHT / 3)
  const reach = COMPUTER_SPEED * seconds
  const aim = ball.dx > 0 ? ball.y : HEIGHT / 2
  game.computer = inside(game.computer + Math.max(-reach, Math.min(reach, aim - game.computer)))
  ball.x += ball.dx * BALL_SPEED * ball.faster * seconds
  ball.y += ball.dy * BALL_SPEED * ball.faster * seconds
  if (ball.y < BALL_RADIUS) ball.dy = Math.abs(ball.dy)
  if (ball.y > HEIGHT - BALL_RADIUS) ball.dy = -Math.abs(ball.dy)
  bounce(ball, MARGIN + PADDLE_WIDTH, game.you, 1)
  bounce(ball, WIDTH - MARGIN - PADDLE_WIDTH, game.computer, -1)
  if (ball.x < -30) point(1)
  if (ball.x > WIDTH + 30) point(0)
}

// Where the ball meets a paddle decides its new direction; every return is a little quicker.
function bounce(ball, face, paddle, side) {
  const behind = (face - ball.x) * side + BALL_RADIUS
  const off = (ball.y - paddle) / (PADDLE_HEIGHT / 2)
  if (ball.dx * side > 0 || behind < 0 || behind > PADDLE_WIDTH + 2 * BALL_RADIUS || Math.abs(off) > 1.15) return
  const angle = Math.max(-1, Math.min(1, off)) * 0.95
  ball.dx = side * Math.cos(angle)
  ball.dy = Math.sin(angle)
  ball.x = face + side * BALL_RADIUS
  ball.faster = Math.min(1.8, ball.faster + 0.05)
}

function point(winner) {
  game.points[winner] += 1
  game.ball = serve(winner === 0 ? 1 : -1)
  game.wait = 0.8
  if (game.points[winner] === POINTS_TO_WIN) game.state = 'over'
  report()
}

function inside(y) {
  return Math.max(PADDLE_HEIGHT / 2, Math.min(HEIGHT - PADDLE_HEIGHT / 2, y))
}

function report() {
  const [you, computer] = game.points
  document.querySelector('#you').textContent = you
  document.querySelector('#computer').textContent = computer
  message.hidden = game.state === 'playing'
  const who = you > computer ? 'You win' : 'The computer wins'
  message.textContent = game.state === 'over' ? `${who}. Space or tap to play again` : 'Paused'
  Object.assign(canvas.dataset, { you, computer, state: game.state })
}

function pause() {
  if (game.state === 'over') game = newGame()
  else game.state = game.state === 'paused' ? 'playing' : 'paused'
  report()
}

const sideOf = key => ({ arrowup: 'up', w: 'up', arrowdown: 'down', s: 'down' })[key.toLowerCase()]
addEventListener('keydown', event => {
  const side = sideOf(event.key)
  if (event.ctrlKey || event.metaKey || event.altKey || (!side && event.key !== ' ')) return
  event.preventDefault()
  if (side) {
    held.add(side)
    game.taken = true
  } else if (!event.repeat) pause()
})
addEventListener('keyup', event => held.delete(sideOf(event.key)))
addEventListener('blur', () => held.clear())
canvas.addEventListener('pointermove', event => {
  const box = canvas.getBoundingClientRect()
  game.taken = true
  game.you = inside((event.clientY - box.top) / box.height * HEIGHT)
})
canvas.addEventListener('pointerdown', () => {
  if (game.state !== 'playing') pause()
})

// Colours live in style.css; this reads one as the browser resolved it.
function colour(name) {
  message.style.setProperty('outline-color', `var(--${name})`)
  return getComputedStyle(message).outlineColor
}

function box(x, y, width, height, radius, fill) {
  pen.fillStyle = fill
  pen.beginPath()
  pen.roundRect(x, y, width, height, radius)
  pen.fill()
}

function draw() {
  const width = Math.round(canvas.clientWidth * devicePixelRatio)
  if (canvas.width !== width) {
    canvas.width = width
    canvas.height = Math.round(width * HEIGHT / WIDTH)
  }
  pen.setTransform(width / WIDTH, 0, 0, width / WIDTH, 0, 0)
  pen.clearRect(0, 0, WIDTH, HEIGHT)
  for (let y = 10; y < HEIGHT; y += 34) box(WIDTH / 2 - 2, y, 4, 18, 2, colour('line'))
  const top = y => y - PADDLE_HEIGHT / 2
  box(MARGIN, top(game.you), PADDLE_WIDTH, PADDLE_HEIGHT, 7, colour('paddle'))
  box(WIDTH - MARGIN - PADDLE_WIDTH, top(game.computer), PADDLE_WIDTH, PADDLE_HEIGHT, 7, colour('faint'))
  const { x, y } = game.ball
  box(x - BALL_RADIUS, y - BALL_RADIUS, BALL_RADIUS * 2, BALL_RADIUS * 2, BALL_RADIUS, colour('ball'))
}

function frame(now) {
  // Small steps, so that a fast ball cannot jump over a paddle.
  let left = Math.min(now - last, 100) / 1000
  last = now
  while (game.state === 'playing' && left > 0) {
    step(Math.min(left, 4 / BALL_SPEED))
    left -= 4 / BALL_SPEED
  }
  draw()
  requestAnimationFrame(frame)
}

// Sparkroom's preview keeps the game over a reload; elsewhere it simply starts anew.
window.sparkroom?.save(() => game)
window.sparkroom?.restore(state => {
  game = { ...newGame(), ...state }
  report()
})

report()
requestAnimationFrame(frame)
