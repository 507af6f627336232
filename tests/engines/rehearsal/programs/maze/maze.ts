interface Cell { x: number; y: number; speed: number }

export const CELL_SIZE: number = 24
export const STEP_MS = 90
const COLORS = {
  wall: '#222',
  player: '#0af',
  exit: '#0f0',
}

let last = 0

export function loop(now: number): void {
  if (now - last >= STEP_MS) {
    last = now
  }
  requestAnimationFrame(loop)
}

export function paint(cell: Cell, colour = COLORS.player): string {
  return `${cell.x},${cell.y}:${colour}`
}
