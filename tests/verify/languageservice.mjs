// GitHub's own checks of workflows and actions: `node languageservice.mjs FOLDER-OF-NODE-MODULES FILE…`; exit 1 on findings.
// The file's name decides what it is checked as, so paths must be absolute.
import { readFileSync } from 'node:fs'
import { createRequire, register } from 'node:module'
import { pathToFileURL } from 'node:url'

// The packages import JSON without saying so, which newer versions of node refuse.
register('data:text/javascript,' + encodeURIComponent(`
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
export async function load(url, context, next) {
  if (!url.endsWith('.json')) return next(url, context)
  return { format: 'module', shortCircuit: true, source: 'export default ' + readFileSync(fileURLToPath(url), 'utf8') }
}`))
const [folder, ...files] = process.argv.slice(2)
const require = createRequire(folder + '/')
const load = async name => import(pathToFileURL(require.resolve(name)).href)
const { validate } = await import(pathToFileURL(folder + '/@actions/languageservice/dist/index.js').href)
const { TextDocument } = await load('vscode-languageserver-textdocument')
let findings = 0
for (const file of files) {
  const document = TextDocument.create('file://' + file, 'yaml', 1, readFileSync(file, 'utf8'))
  for (const found of await validate(document, {})) {
    findings++
    console.log(`${file}:${found.range.start.line + 1}:${found.range.start.character} ${found.message}`)
  }
}
process.exit(findings ? 1 : 0)
