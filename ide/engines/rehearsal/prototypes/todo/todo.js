const form = document.querySelector('#form')
const field = document.querySelector('#text')
const list = document.querySelector('#list')
const empty = document.querySelector('#empty')
const filters = document.querySelectorAll('[data-filter]')

let todo = {
  filter: 'all',
  tasks: [
    { text: 'Open this list', done: true },
    { text: 'Add a task of your own', done: false },
    { text: 'Tick it off', done: false },
  ],
}

const SHOWN = {
  all: () => true,
  open: task => !task.done,
  done: task => task.done,
}
const NOTHING = { all: 'Nothing to do.', open: 'All done.', done: 'Nothing done yet.' }

function show() {
  const tasks = todo.tasks.filter(SHOWN[todo.filter])
  list.replaceChildren(...tasks.map(row))
  list.hidden = tasks.length === 0
  empty.hidden = tasks.length > 0
  empty.textContent = NOTHING[todo.filter]
  const open = todo.tasks.filter(SHOWN.open).length
  document.querySelector('#left').textContent = `${open} ${open === 1 ? 'task' : 'tasks'} left`
  document.querySelector('#clear').hidden = !todo.tasks.some(SHOWN.done)
  for (const button of filters) button.ariaPressed = String(button.dataset.filter === todo.filter)
}

function row(task) {
  const item = document.createElement('li')
  item.classList.toggle('done', task.done)

  const label = document.createElement('label')
  const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked: task.done })
  const text = Object.assign(document.createElement('span'), { textContent: task.text })
  label.append(box, text)
  box.addEventListener('change', () => {
    const at = [...list.children].indexOf(item)
    task.done = box.checked
    show()
    focusRow(at, 'input')
  })

  const remove = Object.assign(document.createElement('button'), { type: 'button', textContent: '×' })
  remove.ariaLabel = `Delete ${task.text}`
  remove.addEventListener('click', () => {
    const at = [...list.children].indexOf(item)
    todo.tasks = todo.tasks.filter(other => other !== task)
    show()
    focusRow(at, 'button')
  })

  item.append(label, remove)
  return item
}

// The rows are made anew, so whoever uses the keyboard goes on where they were.
function focusRow(at, what) {
  const item = list.children[Math.min(at, list.children.length - 1)]
  const target = item?.querySelector(what) ?? field
  target.focus()
}

form.addEventListener('submit', event => {
  event.preventDefault()
  const text = field.value.trim()
  if (!text) return
  todo.tasks.push({ text, done: false })
  if (todo.filter === 'done') todo.filter = 'all'
  field.value = ''
  show()
  list.lastElementChild.scrollIntoView({ block: 'nearest' })
})

for (const button of filters) {
  button.addEventListener('click', () => {
    todo.filter = button.dataset.filter
    show()
  })
}

document.querySelector('#clear').addEventListener('click', () => {
  todo.tasks = todo.tasks.filter(SHOWN.open)
  show()
  field.focus()
})

// Sparkroom's preview keeps the list over a reload; elsewhere it simply starts anew.
window.sparkroom?.save(() => todo)
window.sparkroom?.restore(state => {
  todo = { ...todo, ...state }
  show()
})

show()
