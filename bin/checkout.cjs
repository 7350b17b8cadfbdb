'use strict'
// node bin/checkout.cjs FILE ARGUMENT… – what `npm run` calls in a checkout: installs what package-lock.json names when
// it is not there yet, then runs FILE under the Node that the checkout carries. Works on Node 18.20 and its npm.
const childProcess = require('child_process')
const crypto = require('crypto')
const fs = require('fs')
const os = require('os')
const path = require('path')
const withInstallLock = require('./install-lock.cjs')

const root = path.dirname(__dirname)
const modules = path.join(root, 'node_modules')
const stamp = path.join(modules, '.slip-stamp')
const ownNode = path.join(modules, 'node', 'bin', 'node')

if (isInstalled() || install()) run(process.argv[2], process.argv.slice(3))

/** npm ci empties node_modules first and the stamp is written last: an interrupted installation has none. */
function isInstalled() {
  return fs.existsSync(ownNode) && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === lockHash()
}

function lockHash() {
  return crypto
    .createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')
}

function install() {
  return withInstallLock(path.join(root, '.slip', 'install'), say, () => {
    if (isInstalled()) return true
    say('installing the dependencies of package-lock.json into node_modules …')
    const npm = npmCommand()
    // npm run --silent would silence this npm too, and with it the reason of a failure.
    const result = childProcess.spawnSync(
      npm[0],
      npm.slice(1).concat('ci', '--no-audit', '--no-fund', '--loglevel=warn'),
      { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 },
    )
    if (result.status !== 0 || !fs.existsSync(ownNode)) {
      say(String(result.stdout || '') + String(result.stderr || result.error || ''))
      say('the dependencies cannot be installed; the words of npm are above, and: npm ci tries it again')
      process.exitCode = 1
      return false
    }
    fs.writeFileSync(stamp, lockHash())
    return true
  })
}

/** The npm that called us, under the Node it runs on: that one is not replaced by npm ci, as node_modules/.bin/node is. */
function npmCommand() {
  const script = process.env.npm_execpath
  return script && /npm-cli\.js$/.test(script) ? [process.env.npm_node_execpath || process.execPath, script] : ['npm']
}

function run(file, args) {
  const environment = Object.assign({}, process.env)
  environment.PATH = path.join(modules, '.bin') + path.delimiter + environment.PATH
  const child = childProcess.spawn(ownNode, [path.join(root, file)].concat(args), {
    stdio: 'inherit',
    env: environment,
  })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // Ctrl-C reaches the child by itself; this process only has to outlive it.
  process.on('SIGINT', () => {})
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + os.constants.signals[signal]))
}

function say(sentence) {
  process.stderr.write(`${sentence}\n`)
}
