/** Raised when an older client could no longer understand the server; the header's first byte and `hello` carry it. */
export const PROTOCOL_VERSION = 1

/** Largest message of the native door in bytes. Larger ones get `message_too_large`, and the socket stays (W1). */
export const NATIVE_MESSAGE_LIMIT_BYTES = 1024 * 1024

/** Largest message of the doors for other people's clients: they send PNG data URIs. */
export const COMPAT_MESSAGE_LIMIT_BYTES = 8 * 1024 * 1024

/** How many frames a client may have in flight unless `welcome` says otherwise (C1). */
export const DEFAULT_CREDIT = 2

/** Version of the messages between an embedded canvas and the page around it (lib/embed/messages.ts). */
export const EMBED_VERSION = 1
