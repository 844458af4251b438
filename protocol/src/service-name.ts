// What a service is called: the sensor finds it so, and who looks for a service's sensor finds it by the same words.

/**
 * In the order of the settings: PRODLENS_SERVICE, OTEL_SERVICE_NAME, service.name of OTEL_RESOURCE_ATTRIBUTES, the name in
 * package.json, the name of its folder. 'unknown' where all are ''.
 */
export function serviceNameOf(env: Record<string, string | undefined>, packageName: string, folder: string): string {
  const attributes = resourceAttributes(env.OTEL_RESOURCE_ATTRIBUTES ?? '');
  return (
    env.PRODLENS_SERVICE || env.OTEL_SERVICE_NAME || attributes['service.name'] || packageName || folder || 'unknown'
  );
}

/** key=value,key=value with percent-encoded values. OpenTelemetry resource SDK specification. */
export function resourceAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=');
    if (at < 1) continue;
    try {
      attributes[pair.slice(0, at).trim()] = decodeURIComponent(pair.slice(at + 1).trim());
    } catch {
      // A value that is not percent-encoding is left out, as the specification says.
    }
  }
  return attributes;
}
