// `npm run gpu:doctor`: what this machine has of what each provider needs, what is missing, and what to do.
import { useCudaFolder } from '../engine/cuda-folder.ts'
import { forkChild } from '../engine/child.ts'
import { silentLog } from '../engine/log.ts'
import { memoizePromise } from '../engine/lru.ts'
import { childProbe } from '../engine/probe.ts'
import { chooseProvider } from '../engine/provider-choice.ts'
import { candidatesOf, thisMachine } from '../engine/providers.ts'
import type { Probed } from '../engine/slot-protocol.ts'
import { systemClock } from '../engine/system-clock.ts'
import { findingsOf } from './findings.ts'
import { loadProblem } from './loader.ts'

const unused = useCudaFolder()
const machine = thisMachine(unused)
const worker = new URL('../engine/slot-worker.js', import.meta.url)
const probe = childProbe(forkChild(worker, silentLog), systemClock)
const say = (line: string) => void process.stdout.write(`${line}\n`)

for (const { what, found, remedy } of findingsOf(machine, loadProblem))
  say(found === undefined ? `missing  ${what}: ${remedy}` : `found    ${what}: ${found}`)
if (unused !== undefined) say(`missing  ${unused}`)
const candidates = candidatesOf(machine)
// Each once: the choice goes by what is said here.
const probed = memoizePromise(candidates.length, (provider: string) => probe(provider, provider !== 'cpu'))
for (const { provider, lacks } of candidates) {
  const { problem, slow }: Probed = lacks === undefined ? await probed(provider) : { problem: lacks }
  if (problem !== undefined) say(`no       ${provider}: ${problem}`)
  else say(slow === undefined ? `works    ${provider}` : `slow     ${provider}: ${slow}`)
}
say(`chosen   ${(await chooseProvider(candidates, probed)).reason}`)
