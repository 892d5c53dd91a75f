import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import type { TlsFiles } from './uws.ts'

/** uWebSockets.js says nothing about files it cannot use. Throws AppError `bad_tls` that names the file at fault. */
export function checkTlsFiles({ certFile, keyFile }: TlsFiles): void {
  const cert = readPem(certFile, 'SKETCHWIRE_TLS_CERT (--tls-cert)')
  const key = readPem(keyFile, 'SKETCHWIRE_TLS_KEY (--tls-key)')
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    const message = `${certFile} and ${keyFile} are no certificate and its private key, both in PEM: ${messageOf(cause)}`
    throw new AppError('bad_tls', message, { cause })
  }
}

function readPem(file: string, setting: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new AppError('bad_tls', `${setting} cannot be read: ${messageOf(cause)}`, { cause })
  }
}
