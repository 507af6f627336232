const BALL_SPEED = 380
const BALL_RADIUS = 7
const PADDLE_WIDTH = 96
const PADDLE_SPEED = BALL_SPEED * 1.4
const ROWS = 6

const WIDTH = 600
const HEIGHT = 660
const BRICK = { width: 52, height: 20, gap: 6, top: 60 }
const COLUMNS = Math.floor((WIDTH - BRICK.gap) / (BRICK.width + BRICK.gap))
const PADDLE_TOP = HEIGHT - 44

const canvas = document.querySelector('#board')
const pen = canvas.getContext('2d')
const message = document.querySelector('#message')
const held = new Set()

let game = newGame()
let last = performance.now()

function newGame() {
  const bricks = Array.from({ length: ROWS * COLUMNS }, (_, at) => [at % COLUMNS, Math.floor(at / COLUMNS)])
  return { bricks, paddle: WIDTH / 2, ball: null, wait: 0.8, score: 0, balls: 3, level: 1, state: 'playing', taken: false }
}

function serve() {
  const angle = (Math.random() - 0.5) * 0.9
  game.ball = { x: game.paddle, y: PADDLE_TOP - BALL_RADIUS, dx: Math.sin(angle), dy: -Math.cos(angle) }
}

function step(seconds) {
  const way = (held.has('right') ? 1 : 0) - (held.has('left') ? 1 : 0)
  movePaddle(game.paddle + way * PADDLE_SPEED * seconds)
  if (!game.ball) {
    game.wait -= seconds
    if (game.wait <= 0) serve()
    return
  }
  const { ball } = game
  // Until somebody takes the paddle, it plays by itself.
  if (!game.taken) movePaddle(ball.x + Math.sin(ball.y / 60) * PADDLE_WIDTH / 3)
  ball.x += ball.dx * BALL_SPEED * seconds
  ball.y += ball.dy * BALL_SPEED * seconds
  if (ball.x < BALL_RADIUS) ball.dx = Math.abs(ball.dx)
  if (ball.x > WIDTH - BALL_RADIUS) ball.dx = -Math.abs(ball.dx)
  if (ball.y < BALL_RADIUS) ball.dy = Math.abs(ball.dy)
  bouncePaddle(ball)
  hitBrick(ball)
  if (ball.y > HEIGHT + 20) loseBall()
}

// Where the ball meets the paddle decides its new direction.
function bouncePaddle(ball) {
  const off = (ball.x - game.paddle) / (PADDLE_WIDTH / 2)
  const meets = ball.dy > 0 && ball.y + BALL_RADIUS > PADDLE_TOP && ball.y < PADDLE_TOP + 14
  if (!meets || Math.abs(off) > 1 + BALL_RADIUS / PADDLE_WIDTH) return
  const angle = Math.max(-1, Math.min(1, off)) * 1.05
  ball.dx = Math.sin(angle)
  ball.dy = -Math.cos(angle)
  ball.y = PADDLE_TOP - BALL_RADIUS
}

function hitBrick(ball) {
  const at = game.bricks.findIndex(brick => {
    const [x, y] = corner(brick)
    return ball.x > x - BALL_RADIUS && ball.x < x + BRICK.width + BALL_RADIUS
      && ball.y > y - BALL_RADIUS && ball.y < y + BRICK.height + BALL_RADIUS
  })
  if (at < 0) return
  const [[column, row]] = game.bricks.splice(at, 1)
  const [x, y] = corner([column, row])
  const besideX = Math.min(Math.abs(ball.x - x), Math.abs(ball.x - x - BRICK.width))
  const besideY = Math.min(Math.abs(ball.y - y), Math.abs(ball.y - y - BRICK.height))
  if (besideX < besideY) ball.dx = Math.sign(ball.x - x - BRICK.width / 2) * Math.abs(ball.dx)
  else ball.dy = Math.sign(ball.y - y - BRICK.height / 2) * Math.abs(ball.dy)
  game.score += 10 * (ROWS - row)
  if (game.bricks.length === 0) {
    const { score, balls, level, paddle, taken } = game
    game = { ...newGame(), score, balls, paddle, taken, level: level + 1 }
  }
  report()
}

function loseBall() {
  game.balls -= 1
  game.ball = null
  game.wait = 0.8
  if (game.balls === 0) game.state = 'over'
  report()
}

function movePaddle(x) {
  game.paddle = Math.max(PADDLE_WIDTH / 2, Math.min(WIDTH - PADDLE_WIDTH / 2, x))
}

function corner([column, row]) {
  const left = (WIDTH + BRICK.gap - COLUMNS * (BRICK.width + BRICK.gap)) / 2
  return [left + column * (BRICK.width + BRICK.gap), BRICK.top + row * (BRICK.height + BRICK.gap)]
}

function report() {
  document.querySelector('#score').textContent = game.score
  document.querySelector('#balls').textContent = game.balls
  message.hidden = game.state === 'playing'
  message.textContent = game.state === 'over' ? `${game.score} points. Space or tap to play again` : 'Paused'
  Object.assign(canvas.dataset, { score: game.score, balls: game.balls, bricks: game.bricks.length, state: game.state })
}

function pause() {
  if (game.state === 'over') game = newGame()
  else game.state = game.state === 'paused' ? 'playing' : 'paused'
  report()
}

const sideOf = key => ({ arrowleft: 'left', a: 'left', arrowright: 'right', d: 'right' })[key.toLowerCase()]
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
addEventListener('pointermove', event => {
  const box = canvas.getBoundingClientRect()
  game.taken = true
  movePaddle((event.clientX - box.left) / box.width * WIDTH)
})
canvas.addEventListener('pointerdown', () => {
  if (game.state !== 'playing') pause()
})

// Colours live in style.css; this reads one as the browser resolved it, turned by some degrees of hue.
function colour(name, turn = 0) {
  message.style.setProperty('outline-color', `oklch(from var(--${name}) l c calc(h + ${turn}))`)
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
  const rows = Array.from({ length: ROWS }, (_, row) => colour('bricks', 12 * row - 24))
  for (const brick of game.bricks) box(...corner(brick), BRICK.width, BRICK.height, 4, rows[brick[1]])
  box(game.paddle - PADDLE_WIDTH / 2, PADDLE_TOP, PADDLE_WIDTH, 14, 7, colour('paddle'))
  const { x, y } = game.ball ?? { x: game.paddle, y: PADDLE_TOP - BALL_RADIUS }
  box(x - BALL_RADIUS, y - BALL_RADIUS, BALL_RADIUS * 2, BALL_RADIUS * 2, BALL_RADIUS, colour('ball'))
}

function frame(now) {
  // Small steps, so that a fast ball cannot jump over a brick.
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
