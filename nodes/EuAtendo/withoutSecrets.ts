/** Fields that hold a key to the server: `apikey` in every body, `jwt_key` where settings are told. */
const SECRET_FIELDS = new Set(['apikey', 'jwtkey']);

/** WhatsApp's own messages nest about twenty levels deep. */
const DEEPEST = 64;

/**
 * A copy of a body without the fields that hold secrets, however they are written (`apiKey`,
 * `API_KEY`) and wherever they stand.
 *
 * @param value a value that came from JSON; what is nested deeper than 64 levels becomes null
 */
export function withoutSecrets(value: unknown, depth = 0): unknown {
	if (typeof value !== 'object' || value === null) return value;
	if (depth >= DEEPEST) return null;
	if (Array.isArray(value)) return value.map((entry) => withoutSecrets(entry, depth + 1));
	return Object.fromEntries(
		Object.entries(value)
			.filter(([name]) => !SECRET_FIELDS.has(name.toLowerCase().replace(/[^a-z]/g, '')))
			.map(([name, entry]) => [name, withoutSecrets(entry, depth + 1)]),
	);
}
