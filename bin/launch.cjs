'use strict'
// What every launcher does. This folder is written in the syntax of Node 12, so that a Node that is too old gets a
// sentence and not a syntax error.
const childProcess = require('child_process')
const fs = require('fs')
const os = require('os')
const path = require('path')
const url = require('url')

const root = path.dirname(__dirname)
const OLDEST = [22, 19]
// From here on Node runs TypeScript without a warning; older ones hand over to the Node the checkout carries.
const CHECKOUT = [24, 3]

/**
 * Runs `main(argv)` of a stage or of slipctl and ends with the exit code it gives: src/NAME/main.ts in a checkout,
 * dist/NAME/main.js in a package.
 */
function launch(name) {
  const inCheckout = fs.existsSync(path.join(root, 'src'))
  const own = path.join(root, 'node_modules', 'node', 'bin', 'node')
  if (inCheckout && isOlder(CHECKOUT) && fs.existsSync(own) && !isThis(own)) {
    relaunch(own)
  } else if (isOlder(OLDEST)) {
    const command = path.basename(process.argv[1])
    fail(2, `${command} needs Node ${OLDEST.join('.')} or newer and this is ${process.version}; ${remedy(inCheckout)}`)
  } else {
    run(path.join(root, inCheckout ? `src/${name}/main.ts` : `dist/${name}/main.js`))
  }
}

function isOlder(wanted) {
  const have = process.versions.node.split('.').map(Number)
  return have[0] < wanted[0] || (have[0] === wanted[0] && have[1] < wanted[1])
}

function isThis(node) {
  return fs.realpathSync(node) === fs.realpathSync(process.execPath)
}

function remedy(inCheckout) {
  return inCheckout ? 'let the checkout bring its own with: npm ci' : 'install a newer Node from https://nodejs.org'
}

function run(entry) {
  import(url.pathToFileURL(entry).href)
    .then((module) => module.main(process.argv.slice(2)))
    .then(
      (code) => {
        process.exitCode = code
      },
      (error) => fail(1, String(error && error.stack ? error.stack : error)),
    )
}

function relaunch(node) {
  // what the launcher asks of Node itself; anything else was meant for the one that is too old
  const own = process.execArgv.filter((flag) => flag.startsWith('--max-semi-space-size'))
  const child = childProcess.spawn(node, own.concat(process.argv.slice(1)), { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']) process.on(signal, () => child.kill(signal))
  // Ctrl-C reaches the child by itself; this process only has to outlive it.
  process.on('SIGINT', () => {})
  child.on('error', (error) => fail(2, `${node} cannot be run: ${error.message}`))
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? code : 128 + os.constants.signals[signal]
    process.exit()
  })
}

function fail(code, sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exitCode = code
}

module.exports = launch
