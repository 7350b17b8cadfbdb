export { demo as run } from '../demo/command.ts'
