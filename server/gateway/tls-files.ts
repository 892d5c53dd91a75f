import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { AppError, messageOf } from '../../lib/std/errors.ts'

export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
}

/** uWebSockets.js says nothing about files it cannot use. Throws AppError `bad_tls` that names the file at fault. */
export function checkTlsFiles({ certFile, keyFile }: TlsFiles): void {
  const cert = readPem(certFile, 'SKETCHWIRE_TLS_CERT (--tls-cert)')
  const key = readPem(keyFile, 'SKETCHWIRE_TLS_KEY (--tls-key)')
  const what = `${certFile} and ${keyFile} are no certificate and its private key, both in PEM`
  try {
    createSecureContext({ cert, key })
    if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return
  } catch (cause) {
    throw new AppError('bad_tls', `${what}: ${messageOf(cause)}`, { cause })
  }
  throw new AppError('bad_tls', `${what}: the key belongs to another certificate`)
}

function readPem(file: string, setting: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new AppError('bad_tls', `${setting} cannot be read: ${messageOf(cause)}`, { cause })
  }
}
