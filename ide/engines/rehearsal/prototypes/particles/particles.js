const PARTICLE_SPEED = 260
const PARTICLE_SIZE = 2.4
const PARTICLES = 700

const canvas = document.querySelector('#sky')
const pen = canvas.getContext('2d')
const hint = document.querySelector('p')
const still = matchMedia('(prefers-reduced-motion: reduce)')

// Places are parts of the canvas' size, so that the swarm fits whatever size it gets.
let swarm = Array.from({ length: PARTICLES }, newParticle)
let pointer = null
let last = performance.now()

function newParticle() {
  const angle = Math.random() * 2 * Math.PI
  const far = 0.15 + Math.random() * 0.3
  return { x: 0.5 + Math.cos(angle) * far, y: 0.5 + Math.sin(angle) * far, vx: 0, vy: 0, pull: 0.5 + Math.random() }
}

// Without a pointer the particles follow a point that wanders by itself.
function leader(now, width, height) {
  if (pointer) return pointer
  const time = still.matches ? 0 : now / 1000
  return { x: width * (0.5 + 0.3 * Math.cos(time * 0.7)), y: height * (0.5 + 0.25 * Math.sin(time * 1.1)) }
}

function move(particle, goal, width, height, seconds) {
  const dx = goal.x - particle.x * width
  const dy = goal.y - particle.y * height
  const far = Math.hypot(dx, dy) + 1
  const push = PARTICLE_SPEED * 3 * particle.pull * seconds
  // A part of the pull goes sideways: that is what makes the swarm turn instead of fall in.
  particle.vx += (dx / far) * push - (dy / far) * push * 0.55
  particle.vy += (dy / far) * push + (dx / far) * push * 0.55
  const slow = 0.12 ** seconds
  particle.vx *= slow
  particle.vy *= slow
  particle.x += particle.vx * seconds / width
  particle.y += particle.vy * seconds / height
}

function scatter(x, y) {
  const { clientWidth: width, clientHeight: height } = canvas
  for (const particle of swarm) {
    const dx = particle.x * width - x
    const dy = particle.y * height - y
    const far = Math.hypot(dx, dy) + 1
    const push = PARTICLE_SPEED * 6 * Math.exp(-far / 240)
    particle.vx += (dx / far) * push
    particle.vy += (dy / far) * push
  }
}

// Colours live in style.css; this reads one as the browser resolved it.
function colour(name) {
  hint.style.setProperty('outline-color', `var(--${name})`)
  return getComputedStyle(hint).outlineColor
}

function draw(width, height) {
  const ratio = devicePixelRatio
  const [pixelsX, pixelsY] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== pixelsX || canvas.height !== pixelsY) {
    canvas.width = pixelsX
    canvas.height = pixelsY
  }
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  pen.clearRect(0, 0, width, height)
  pen.lineCap = 'round'
  pen.globalAlpha = 0.8
  const [slow, fast] = [colour('slow'), colour('fast')]
  for (const particle of swarm) {
    const speed = Math.hypot(particle.vx, particle.vy)
    pen.strokeStyle = speed > PARTICLE_SPEED ? fast : slow
    pen.lineWidth = PARTICLE_SIZE * (0.6 + particle.pull * 0.5)
    pen.beginPath()
    pen.moveTo(particle.x * width, particle.y * height)
    pen.lineTo(particle.x * width - particle.vx * 0.035, particle.y * height - particle.vy * 0.035)
    pen.stroke()
  }
}

function frame(now) {
  const seconds = Math.min(now - last, 50) / 1000
  last = now
  const { clientWidth: width, clientHeight: height } = canvas
  const goal = leader(now, width, height)
  for (const particle of swarm) move(particle, goal, width, height, seconds)
  draw(width, height)
  canvas.dataset.particles = swarm.length
  requestAnimationFrame(frame)
}

addEventListener('pointermove', event => { pointer = { x: event.clientX, y: event.clientY } })
document.addEventListener('pointerleave', () => { pointer = null })
addEventListener('pointerdown', event => {
  pointer = { x: event.clientX, y: event.clientY }
  scatter(event.clientX, event.clientY)
})
addEventListener('pointerup', event => {
  if (event.pointerType === 'touch') pointer = null
})
addEventListener('keydown', event => {
  if (event.key !== ' ') return
  event.preventDefault()
  scatter(canvas.clientWidth / 2, canvas.clientHeight / 2)
})

// Sparkroom's preview keeps the swarm over a reload; elsewhere it simply starts anew.
window.sparkroom?.save(() => swarm)
window.sparkroom?.restore(state => {
  swarm = Array.from({ length: PARTICLES }, (_, i) => state[i] ?? newParticle())
})

requestAnimationFrame(frame)
