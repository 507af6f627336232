const SVG = 'http://www.w3.org/2000/svg'
const clock = document.querySelector('#clock')
const digits = document.querySelector('#time')
const date = document.querySelector('#date')
const still = matchMedia('(prefers-reduced-motion: reduce)')

function drawFace() {
  const marks = document.querySelector('#marks')
  const numerals = document.querySelector('#numerals')
  for (let minute = 0; minute < 60; minute++) {
    const mark = document.createElementNS(SVG, 'line')
    const isHour = minute % 5 === 0
    mark.setAttribute('y1', -90)
    mark.setAttribute('y2', isHour ? -82 : -86)
    mark.setAttribute('transform', `rotate(${minute * 6})`)
    mark.classList.toggle('hour', isHour)
    marks.append(mark)
  }
  for (let hour = 1; hour <= 12; hour++) {
    const angle = hour * Math.PI / 6
    const numeral = document.createElementNS(SVG, 'text')
    numeral.setAttribute('x', 70 * Math.sin(angle))
    numeral.setAttribute('y', -70 * Math.cos(angle))
    numeral.textContent = hour
    numerals.append(numeral)
  }
}

function turn(hand, degrees) {
  document.querySelector(hand).setAttribute('transform', `rotate(${degrees})`)
}

// Every hand is computed from the time alone, so that none can run late.
function angles(now) {
  const seconds = now.getSeconds() + (still.matches ? 0 : now.getMilliseconds() / 1000)
  const minutes = now.getMinutes() + seconds / 60
  const hours = (now.getHours() % 12) + minutes / 60
  return { second: seconds * 6, minute: minutes * 6, hour: hours * 30 }
}

let shown = ''

function tell(now) {
  const time = now.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  if (time === shown) return
  shown = time
  digits.textContent = time
  digits.dateTime = now.toTimeString().slice(0, 8)
  date.textContent = now.toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long' })
  const short = now.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  clock.setAttribute('aria-label', `Analogue clock: ${short}`)
}

function frame() {
  const now = new Date()
  const { hour, minute, second } = angles(now)
  turn('#hour', hour)
  turn('#minute', minute)
  turn('#second', second)
  tell(now)
  requestAnimationFrame(frame)
}

drawFace()
frame()
