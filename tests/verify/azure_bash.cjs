// What the task Bash@3 does with an inline script, written with the library that it is written with:
// github.com/microsoft/azure-pipelines-tasks, Tasks/BashV3/bash.ts. A cancel reaches the script as one SIGTERM.
const tl = require(process.argv[2] + '/azure-pipelines-task-lib/task')
const bash = tl.tool('bash').arg(process.argv[3])
process.on('SIGINT', () => {
  tl.debug('Started cancellation of executing script')
  bash.killChildProcess()
})
const options = { failOnStdErr: false, errStream: process.stdout, outStream: process.stdout, ignoreReturnCode: true }
bash.exec(options).then((code) => {
  if (code !== 0) tl.error(`Bash exited with code '${code}'.`)
  tl.setResult(code === 0 ? tl.TaskResult.Succeeded : tl.TaskResult.Failed, null, true)
})
