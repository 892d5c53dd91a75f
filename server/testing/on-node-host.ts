// To be imported before the tests that are to run on the host that stands in where uWebSockets.js does not load.
import { chooseHost } from '../gateway/choose-host.ts'
import { startOn } from './running-server.ts'

startOn(() => chooseHost(() => Promise.reject(new Error('not wanted here'))))
