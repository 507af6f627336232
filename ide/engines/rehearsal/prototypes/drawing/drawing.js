const COLOURS = {
  Ink: 'ink', Red: '#e5484d', Orange: '#f08c2e', Yellow: '#e8c22e', Green: '#3a9d5d', Blue: '#2f6fde', Purple: '#8a56d8',
}
const PEN_SIZE = 6

const canvas = document.querySelector('#board')
const pen = canvas.getContext('2d')
const size = document.querySelector('#size')
const eraser = document.querySelector('#eraser')
const undo = document.querySelector('#undo')
const clear = document.querySelector('#clear')

// What is kept over a reload has its limits: beyond this many points the oldest strokes go.
const MOST_POINTS = 20_000

// A stroke keeps its points, not its pixels: the drawing survives resizing, undo and a change of theme.
let board = { strokes: [], colour: 'ink', pen: PEN_SIZE, size: PEN_SIZE, erase: false }
let removed = null
const drawing = new Map()

function resolve(colour) {
  return colour === 'ink' ? getComputedStyle(document.body).color : colour
}

function paint(stroke) {
  pen.globalCompositeOperation = stroke.erase ? 'destination-out' : 'source-over'
  pen.strokeStyle = pen.fillStyle = resolve(stroke.colour)
  pen.lineWidth = stroke.size
  pen.lineCap = pen.lineJoin = 'round'
  const [[x, y], ...rest] = stroke.points
  pen.beginPath()
  pen.moveTo(x, y)
  rest.forEach(([nextX, nextY], i) => {
    const [lastX, lastY] = stroke.points[i]
    pen.quadraticCurveTo(lastX, lastY, (lastX + nextX) / 2, (lastY + nextY) / 2)
  })
  const [endX, endY] = stroke.points.at(-1)
  pen.lineTo(endX, endY)
  pen.stroke()
}

function draw() {
  const { clientWidth: width, clientHeight: height } = canvas
  canvas.width = Math.round(width * devicePixelRatio)
  canvas.height = Math.round(height * devicePixelRatio)
  pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
  for (const stroke of board.strokes) paint(stroke)
  canvas.dataset.strokes = board.strokes.length
}

function show() {
  size.value = board.size
  eraser.ariaPressed = String(board.erase)
  undo.disabled = board.strokes.length === 0 && !removed
  clear.disabled = board.strokes.length === 0
  document.querySelector('#hint').hidden = board.strokes.length > 0
  for (const button of document.querySelectorAll('#colours button')) {
    button.ariaPressed = String(!board.erase && button.dataset.colour === board.colour)
  }
  draw()
}

for (const [name, colour] of Object.entries(COLOURS)) {
  const button = Object.assign(document.createElement('button'), { type: 'button', title: name, ariaLabel: name })
  button.dataset.colour = colour
  button.style.background = colour === 'ink' ? 'var(--ink)' : colour
  button.addEventListener('click', () => {
    Object.assign(board, { colour, erase: false })
    show()
  })
  document.querySelector('#colours').append(button)
}

// To a tenth of a pixel, and none that lies where the last one does.
function extend(points, { offsetX, offsetY }) {
  const [x, y] = points.at(-1) ?? [NaN, NaN]
  if (Math.hypot(offsetX - x, offsetY - y) < 1.5) return
  points.push([Math.round(offsetX * 10) / 10, Math.round(offsetY * 10) / 10])
}

function forget() {
  let kept = board.strokes.reduce((sum, stroke) => sum + stroke.points.length, 0)
  while (kept > MOST_POINTS && board.strokes.length > 1) kept -= board.strokes.shift().points.length
}

canvas.addEventListener('pointerdown', event => {
  if (event.button !== 0) return
  canvas.setPointerCapture(event.pointerId)
  const { colour, erase } = board
  const stroke = { colour, erase, size: erase ? board.size * 2 : board.size, points: [] }
  extend(stroke.points, event)
  board.strokes.push(stroke)
  drawing.set(event.pointerId, stroke)
  removed = null
  show()
})

canvas.addEventListener('pointermove', event => {
  const stroke = drawing.get(event.pointerId)
  if (!stroke) return
  const events = event.getCoalescedEvents?.() ?? []
  for (const each of events.length ? events : [event]) extend(stroke.points, each)
  draw()
})

for (const end of ['pointerup', 'pointercancel']) {
  canvas.addEventListener(end, event => {
    if (drawing.delete(event.pointerId)) forget()
  })
}

size.addEventListener('input', () => {
  board.size = Number(size.value)
})

eraser.addEventListener('click', () => {
  board.erase = !board.erase
  show()
})

// Undo takes back the last stroke, or a clear.
function takeBack() {
  if (removed) board.strokes = removed
  else board.strokes.pop()
  removed = null
  show()
}

undo.addEventListener('click', takeBack)
clear.addEventListener('click', () => {
  removed = board.strokes
  board.strokes = []
  show()
})

addEventListener('keydown', event => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && !undo.disabled) {
    event.preventDefault()
    takeBack()
  }
})

new ResizeObserver(draw).observe(canvas)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)

// Sparkroom's preview keeps the drawing over a reload; elsewhere it simply starts anew.
window.sparkroom?.save(() => board)
window.sparkroom?.restore(state => {
  // Whoever changes the pen's size in the code shall see it, whatever size was chosen before.
  const size = state.pen === PEN_SIZE ? state.size : PEN_SIZE
  board = { ...board, ...state, pen: PEN_SIZE, size }
  show()
})

show()
