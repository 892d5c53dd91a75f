import type { Answer, Reception, Upgrade, WebApp } from './host.ts'

/** The same app, and `tell` hears the status of every answer; 101 is a socket. */
export function withAnswersCounted(app: WebApp, tell: (status: number) => void): WebApp {
  const told = <A extends Answer>(answer: A): A => {
    tell(answer.status)
    return answer
  }
  const upgraded = (answer: Upgrade) => {
    tell(typeof answer === 'function' ? 101 : answer.status)
    return answer
  }
  return {
    sockets: app.sockets.map((route) => ({
      ...route,
      upgrade: (head) => {
        const answer = route.upgrade(head)
        // Decided at once stays decided at once: uWebSockets.js takes a later upgrade another way (gateway/uws.ts).
        return answer instanceof Promise ? answer.then(upgraded) : upgraded(answer)
      },
    })),
    receive: (head) => counted(app.receive(head), told),
  }
}

function counted(reception: Reception, told: <A extends Answer>(answer: A) => A): Reception {
  const { room } = reception
  return {
    ...reception,
    ...(room && { room: { ...room, full: () => told(room.full()) } }),
    bodyTooLarge: () => told(reception.bodyTooLarge()),
    respond: async (body) => told(await reception.respond(body)),
  }
}
