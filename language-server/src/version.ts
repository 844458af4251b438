/** Version of this package; a test holds it equal to package.json, which a bundle does not carry along. */
export const VERSION = '0.1.0';
