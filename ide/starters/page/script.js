const button = document.querySelector('#count')
let clicks = 0

function show() {
  button.textContent = `Clicked ${clicks} ${clicks === 1 ? 'time' : 'times'}`
}

button.addEventListener('click', () => {
  clicks += 1
  show()
})

// In Sparkroom's preview the count outlives a reload of the page.
window.sparkroom?.save(() => clicks)
window.sparkroom?.restore(kept => {
  clicks = kept
  show()
})
