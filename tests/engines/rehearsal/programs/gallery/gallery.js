export const SLIDE_DURATION_MS = 4000
const FADE_SPEED = 0.5

export function next(index, length) {
  return (index + 1) % length
}

export const previous = (index, length) => {
  return (index - 1 + length) % length
}

/** Shows a slide. */
export function show(slide) {
  slide.hidden = false
}
