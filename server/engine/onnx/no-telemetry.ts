// onnxruntime 1.30's libraries for Linux send usage figures to Microsoft, under an id that they keep on this machine, unless
// told not to. Nobody who runs this server was asked. Imported before it; who sets the variable to 0 has them on.
process.env['ORT_DISABLE_TELEMETRY'] ??= '1'

export {}
