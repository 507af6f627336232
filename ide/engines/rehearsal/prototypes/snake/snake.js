const STEPS_PER_SECOND = 8
const CELLS = 20

const TURNS = {
  ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right',
  w: 'up', s: 'down', a: 'left', d: 'right',
}
const WAYS = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] }
const OPPOSITE = { up: 'down', down: 'up', left: 'right', right: 'left' }

const canvas = document.querySelector('#board')
const pen = canvas.getContext('2d')
const message = document.querySelector('#message')

let game = newGame(0)
let progress = 0
let last = performance.now()

function newGame(best) {
  const snake = [[10, 10], [9, 10], [8, 10], [7, 10]]
  return { snake, tail: [6, 10], direction: 'right', queue: [], food: [14, 6], score: 0, best, state: 'playing' }
}

// The field has no walls: what leaves on one side comes back on the other.
const wrap = n => (n + CELLS) % CELLS
const same = (a, b) => a[0] === b[0] && a[1] === b[1]

function step() {
  game.direction = game.queue.shift() ?? game.direction
  const [dx, dy] = WAYS[game.direction]
  const head = [wrap(game.snake[0][0] + dx), wrap(game.snake[0][1] + dy)]
  if (game.snake.slice(0, -1).some(cell => same(cell, head))) {
    game.state = 'over'
  } else {
    game.snake.unshift(head)
    if (same(head, game.food)) {
      game.score += 1
      game.best = Math.max(game.best, game.score)
      game.food = freeCell()
      game.tail = game.snake.at(-1)
    } else {
      game.tail = game.snake.pop()
    }
  }
  report()
}

function freeCell() {
  const free = []
  for (let x = 0; x < CELLS; x++) {
    for (let y = 0; y < CELLS; y++) {
      if (!game.snake.some(cell => same(cell, [x, y]))) free.push([x, y])
    }
  }
  return free[Math.floor(Math.random() * free.length)] ?? [-1, -1]
}

function report() {
  document.querySelector('#score').textContent = game.score
  document.querySelector('#best').textContent = game.best
  message.hidden = game.state === 'playing'
  message.textContent = game.state === 'over' ? `${game.score} eaten. Space or tap to play again` : 'Paused'
  Object.assign(canvas.dataset, {
    direction: game.direction,
    head: game.snake[0].join(','),
    food: game.food.join(','),
    length: game.snake.length,
    score: game.score,
    state: game.state,
  })
}

function turn(direction) {
  if (game.state === 'paused') pause()
  const before = game.queue.at(-1) ?? game.direction
  if (direction === before || direction === OPPOSITE[before] || game.queue.length === 2) return
  game.queue.push(direction)
}

function pause() {
  if (game.state === 'over') {
    game = newGame(game.best)
    progress = 0
  } else {
    game.state = game.state === 'paused' ? 'playing' : 'paused'
  }
  report()
}

addEventListener('keydown', event => {
  const direction = TURNS[event.key] ?? TURNS[event.key.toLowerCase()]
  if (event.ctrlKey || event.metaKey || event.altKey || (!direction && event.key !== ' ')) return
  event.preventDefault()
  if (direction) turn(direction)
  else if (!event.repeat) pause()
})

let touch = null
canvas.addEventListener('pointerdown', event => {
  touch = [event.clientX, event.clientY]
  if (game.state !== 'playing') pause()
})
addEventListener('pointerup', () => { touch = null })
addEventListener('pointermove', event => {
  if (!touch) return
  const dx = event.clientX - touch[0]
  const dy = event.clientY - touch[1]
  if (Math.max(Math.abs(dx), Math.abs(dy)) < 24) return
  turn(Math.abs(dx) > Math.abs(dy) ? (dx > 0 ? 'right' : 'left') : (dy > 0 ? 'down' : 'up'))
  touch = [event.clientX, event.clientY]
})

// Colours live in style.css; this reads one as the browser resolved it.
function colour(name) {
  message.style.setProperty('outline-color', `var(--${name})`)
  return getComputedStyle(message).outlineColor
}

function draw(now) {
  const size = Math.round(canvas.clientWidth * devicePixelRatio)
  if (canvas.width !== size) canvas.width = canvas.height = size
  pen.setTransform(size / CELLS, 0, 0, size / CELLS, 0, 0)
  pen.clearRect(0, 0, CELLS, CELLS)

  const [foodX, foodY] = game.food
  pen.fillStyle = colour('food')
  pen.beginPath()
  pen.arc(foodX + 0.5, foodY + 0.5, 0.34 + 0.04 * Math.sin(now / 200), 0, 7)
  pen.fill()

  // Every part glides into its cell from that of the part behind it.
  const [dx, dy] = WAYS[game.direction]
  const glide = game.state === 'over' ? 1 : progress
  const behind = [...game.snake.slice(1), game.tail]
  const parts = game.snake.map((cell, i) =>
    cell.map((n, axis) => wrap(behind[i][axis] + near(behind[i][axis], n) * glide) + 0.5))

  pen.strokeStyle = colour('snake')
  pen.lineWidth = 0.78
  pen.lineCap = 'round'
  parts.forEach((part, i) => {
    const next = parts[i + 1] ?? part
    for (const [shiftX, shiftY] of shifts(part)) {
      pen.beginPath()
      pen.moveTo(part[0] + shiftX, part[1] + shiftY)
      pen.lineTo(part[0] + near(part[0], next[0]) + shiftX, part[1] + near(part[1], next[1]) + shiftY)
      pen.stroke()
    }
  })

  const [headX, headY] = parts[0]
  for (const side of [-0.18, 0.18]) {
    const [eyeX, eyeY] = [headX + dx * 0.12 - dy * side, headY + dy * 0.12 + dx * side]
    for (const [radius, fill] of [[0.13, '#fff'], [0.07, '#123']]) {
      pen.fillStyle = fill
      pen.beginPath()
      pen.arc(eyeX + dx * 0.03, eyeY + dy * 0.03, radius, 0, 7)
      pen.fill()
    }
  }
}

// The short way from a to b on a field without walls.
function near(a, b) {
  const way = b - a
  return Math.abs(way) > CELLS / 2 ? way - Math.sign(way) * CELLS : way
}

function shifts([x, y]) {
  const along = n => (n < 1 ? [0, CELLS] : n > CELLS - 1 ? [0, -CELLS] : [0])
  return along(x).flatMap(shiftX => along(y).map(shiftY => [shiftX, shiftY]))
}

function frame(now) {
  const elapsed = Math.min(now - last, 250) / 1000
  last = now
  if (game.state === 'playing') progress += elapsed * STEPS_PER_SECOND
  while (progress >= 1 && game.state === 'playing') {
    progress -= 1
    step()
  }
  draw(now)
  requestAnimationFrame(frame)
}

// Sparkroom's preview keeps the game over a reload; elsewhere it simply starts anew.
window.sparkroom?.save(() => game)
window.sparkroom?.restore(state => {
  game = { ...newGame(0), ...state }
  report()
})

canvas.style.setProperty('--cells', CELLS)
report()
requestAnimationFrame(frame)
