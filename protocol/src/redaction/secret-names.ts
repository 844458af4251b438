// Which names say that what stands under them is secret: keys of objects, headers, parameters of functions and URLs,
// columns, flags of a command line. Compared without case, "_", "-" and the like.

/** Anywhere in the name. */
const CONTAINED =
  /pass(word|wd|phrase|code)|pwd|secret|token|api_?key|access_?key|private_?key|encryption_?key|signing_?key|master_?key|authorization|credential|cookie|session_?id|card_?n(umber|o)|credit_?card|security_?code|social_?security|account_?number|routing_?number|connection_?string|mnemonic|seed_?phrase|jwt|bearer|csrf|xsrf|signature|passport/;
/** The whole name, or a part of it between separators or at a hump: userPin, x-auth, db_pass. */
const WHOLE =
  /^(pass|auth|session|sess|sid|pin|otp|totp|mfa|cvv|cvv2|cvc|csc|ssn|pan|iban|key|dsn|salt|hmac|sig|creds)$/;
/** A part that is secret only where it is the whole name. */
const ALONE = /^(key|sig|pan|session|auth)$/;
/** What is said about a secret is none: tokenType, passwordResetAt, maxTokens. */
const ABOUT =
  /^(count|limit|type|kind|length|size|expires|expiry|ttl|at|in|status|enabled|required|valid|tokens|name|id|index|policy)$/;
/** …but these are the secret itself. */
const IDENTIFYING = /session_?id|access_?key_?id$/;

/** Whether a value under this name is taken for a secret. Total. */
export function isSecretName(name: string): boolean {
  if (name.length > 200) return false;
  const parts = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter(Boolean);
  if (parts.length === 0 || parts.length > 8) return false;
  const whole = parts.join('_');
  const joined = parts.join('');
  if (parts.length === 1 && WHOLE.test(joined)) return true;
  if (parts.length > 1 && ABOUT.test(parts.at(-1)!) && !IDENTIFYING.test(whole)) return false;
  if (CONTAINED.test(whole) || CONTAINED.test(joined)) return joined !== 'tokens' && !/^(max|min|total)/.test(joined);
  return parts.some((part) => WHOLE.test(part) && !ALONE.test(part)) || /(api|auth|db|ssh|x)_(key|auth)$/.test(whole);
}
