// `npm run gpu:doctor`: what this machine has of what each provider needs, what is missing, and what to do.
import { forkChild } from '../engine/child.ts'
import { silentLog } from '../engine/log.ts'
import { childProbe } from '../engine/probe.ts'
import { chooseProvider } from '../engine/provider-choice.ts'
import { candidatesOf, thisMachine } from '../engine/providers.ts'
import { systemClock } from '../engine/system-clock.ts'
import { findingsOf } from './findings.ts'
import { canLoad } from './loader.ts'

const machine = thisMachine()
const worker = new URL('../engine/slot-worker.js', import.meta.url)
const probe = childProbe(forkChild(worker, silentLog), systemClock)
const say = (line: string) => void process.stdout.write(`${line}\n`)

for (const { what, found, remedy } of findingsOf(machine, canLoad))
  say(found === undefined ? `missing  ${what}: ${remedy}` : `found    ${what}: ${found}`)
const candidates = candidatesOf(machine)
for (const { provider, lacks } of candidates) {
  const problem = lacks ?? (await probe(provider))
  say(problem === undefined ? `works    ${provider}` : `no       ${provider}: ${problem}`)
}
say(`chosen   ${(await chooseProvider(candidates, probe)).reason}`)
