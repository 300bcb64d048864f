// Bytes that the build has written as text.

/** Of Node, which takes 0.4 ms for a core's bytes; what follows it takes 3. */
interface Decoder {
  from(text: string, encoding: 'base64'): Uint8Array<ArrayBuffer>;
}

export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const { Buffer: decoder } = globalThis as { readonly Buffer?: Decoder };
  if (decoder !== undefined) return decoder.from(text, 'base64');
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; ++i) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
