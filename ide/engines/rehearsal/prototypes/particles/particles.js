const PARTICLES = 240
const PARTICLE_SPEED = 110
const PARTICLE_SIZE = 6
const TRAIL_LENGTH = 30
const REACH = 240

const STEP = 1 / 60
const HUES = [-50, -25, 0, 25, 60]
const MOODS = ['orbit', 'gather', 'flee']
const WAYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }

const canvas = document.querySelector('#field')
const pen = canvas.getContext('2d')
const buttons = [...document.querySelectorAll('#moods button')]
const calm = matchMedia('(prefers-reduced-motion: reduce)')

let width = innerWidth
let height = innerHeight
let mood = 'orbit'
let particles = []
let guide = { x: width / 2, y: height / 2 }
let led = -9
let seconds = 0
let pending = 0
let last = performance.now()
let bursts = 0
const held = new Set()

function newParticle() {
  return { x: Math.random() * width, y: Math.random() * height, vx: 0, vy: 0, whim: Math.random(), trail: [] }
}

function step() {
  seconds += STEP
  moveGuide()
  while (particles.length < PARTICLES) particles.push(newParticle())
  particles.length = PARTICLES
  for (const particle of particles) move(particle)
}

// Left alone for a while, the particles follow a path of their own.
function moveGuide() {
  for (const key of held) {
    guide.x = Math.min(width, Math.max(0, guide.x + WAYS[key][0] * 420 * STEP))
    guide.y = Math.min(height, Math.max(0, guide.y + WAYS[key][1] * 420 * STEP))
    led = seconds
  }
  if (seconds - led < 4) return
  const x = width * (0.5 + 0.3 * Math.sin(seconds * 0.43))
  const y = height * (0.5 + 0.26 * Math.sin(seconds * 0.71))
  guide.x += (x - guide.x) * 0.03
  guide.y += (y - guide.y) * 0.03
}

function move(particle) {
  const dx = guide.x - particle.x
  const dy = guide.y - particle.y
  const distance = Math.hypot(dx, dy) || 1
  const [towardsX, towardsY] = [dx / distance, dy / distance]

  // A slow stream carries them, each by a whim of its own; near the guide the mood takes over.
  const angle = 3 * particle.whim + 2.2 * (Math.sin(particle.x * 0.0052 + seconds * 0.21) + Math.cos(particle.y * 0.0061 - seconds * 0.17))
  const near = Math.exp(-distance / REACH)
  let x = Math.cos(angle) * (1 - near)
  let y = Math.sin(angle) * (1 - near)
  if (mood === 'flee') {
    x -= towardsX * near * 3
    y -= towardsY * near * 3
  } else {
    const turn = mood === 'orbit' ? 1.7 : 0.35
    const pull = mood === 'orbit' ? distance / (50 + 170 * particle.whim) - 1 : 1.4
    x += (towardsX * pull - towardsY * turn) * near * 1.6
    y += (towardsY * pull + towardsX * turn) * near * 1.6
  }

  const pace = PARTICLE_SPEED * (calm.matches ? 0.3 : 1)
  const grip = 1 - Math.exp(-3.2 * STEP)
  particle.vx += (x * pace - particle.vx) * grip
  particle.vy += (y * pace - particle.vy) * grip
  particle.x += particle.vx * STEP
  particle.y += particle.vy * STEP
  particle.trail.push([particle.x, particle.y])
  if (particle.trail.length > TRAIL_LENGTH) particle.trail.splice(0, particle.trail.length - TRAIL_LENGTH)

  const margin = 40
  if (particle.x < -margin || particle.x > width + margin || particle.y < -margin || particle.y > height + margin) {
    particle.x = wrap(particle.x, -margin, width + margin)
    particle.y = wrap(particle.y, -margin, height + margin)
    particle.trail = []
  }
}

const wrap = (n, low, high) => (n < low ? high : n > high ? low : n)

function burst() {
  bursts += 1
  for (const particle of particles) {
    const dx = particle.x - guide.x
    const dy = particle.y - guide.y
    const distance = Math.hypot(dx, dy) || 1
    const push = (calm.matches ? 220 : 1100) * Math.exp(-distance / REACH)
    particle.vx += (dx / distance) * push
    particle.vy += (dy / distance) * push
  }
}

function setMood(next) {
  mood = next
  for (const button of buttons) button.setAttribute('aria-pressed', button.dataset.mood === mood)
}

function lead(event) {
  guide = { x: event.clientX, y: event.clientY }
  led = seconds
}

canvas.addEventListener('pointermove', lead)
canvas.addEventListener('pointerdown', event => {
  lead(event)
  burst()
})
for (const button of buttons) button.addEventListener('click', () => setMood(button.dataset.mood))

addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || (event.repeat && event.key === ' ')) return
  if (event.key in WAYS) held.add(event.key)
  else if (MOODS[event.key - 1]) setMood(MOODS[event.key - 1])
  else if (event.key === ' ' && event.target.tagName !== 'BUTTON') burst()
  else return
  event.preventDefault()
})
addEventListener('keyup', event => held.delete(event.key))
addEventListener('blur', () => held.clear())

// Colours live in style.css; this turns one of them by some degrees of hue.
function colour(name, turn) {
  canvas.style.setProperty('outline-color', `oklch(from var(--${name}) l c calc(h + ${turn}))`)
  return getComputedStyle(canvas).outlineColor
}

function fit() {
  const [wide, high] = [Math.round(innerWidth * devicePixelRatio), Math.round(innerHeight * devicePixelRatio)]
  if (canvas.width === wide && canvas.height === high) return
  for (const particle of particles) {
    particle.x *= innerWidth / width
    particle.y *= innerHeight / height
    particle.trail = []
  }
  [canvas.width, canvas.height, width, height] = [wide, high, innerWidth, innerHeight]
}

function draw() {
  pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
  pen.clearRect(0, 0, width, height)
  pen.lineCap = pen.lineJoin = 'round'
  const colours = HUES.map(turn => colour('particles', turn))
  particles.forEach((particle, i) => {
    const size = PARTICLE_SIZE * (0.6 + (i % 7) / 8)
    pen.strokeStyle = pen.fillStyle = colours[i % colours.length]
    // Three strokes, each shorter, thicker and stronger, make the trail taper.
    for (const [from, strength] of [[0, 0.18], [0.4, 0.3], [0.72, 0.5]]) {
      const trail = particle.trail.slice(Math.floor(particle.trail.length * from))
      if (trail.length < 2) continue
      pen.globalAlpha = strength
      pen.lineWidth = size * (0.35 + from * 0.75)
      pen.beginPath()
      trail.forEach(([x, y]) => pen.lineTo(x, y))
      pen.stroke()
    }
    pen.globalAlpha = 0.95
    pen.beginPath()
    pen.arc(particle.x, particle.y, size / 2, 0, 7)
    pen.fill()
  })
  Object.assign(canvas.dataset, {
    particles: particles.length,
    mood,
    bursts,
    guide: `${Math.round(guide.x)},${Math.round(guide.y)}`,
  })
}

function frame(now) {
  pending += Math.min(now - last, 250) / 1000
  last = now
  fit()
  for (; pending >= STEP; pending -= STEP) step()
  draw()
  requestAnimationFrame(frame)
}

// Sparkroom's preview keeps the particles over a reload; elsewhere they simply start anew.
window.sparkroom?.save(() => ({ mood, guide, seconds, led, width, height, particles: particles.map(one => ({ ...one, trail: [] })) }))
window.sparkroom?.restore(state => {
  ({ guide, seconds, led, width, height, particles } = state)
  canvas.width = 0
  setMood(state.mood)
})

setMood(mood)
for (let i = 0; i < 90; i++) step()
requestAnimationFrame(frame)
