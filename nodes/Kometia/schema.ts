import { z } from 'zod';

/**
 * Kometia's event object. Its guide says no more than that an event has an id and comes as JSON
 * (https://kometia.com/ayuda/desarrolladores/webhooks); the names of the fields are not published.
 * So the usual ones are all read, and what does not fit is left out.
 */

/** It goes into a URL, so nothing but these passes: no slash, dot, percent sign or white space. */
const ID_FORMAT = /^[A-Za-z0-9_-]{1,100}$/;

/** Null: there is none, or one that cannot be asked for. */
const id = z
	.preprocess(
		// A number that has lost digits would be the id of another event.
		(value) => (Number.isSafeInteger(value) ? String(value) : value),
		z.string().regex(ID_FORMAT),
	)
	.nullish()
	.catch(null)
	.transform((value) => value ?? null);

const text = z.string().trim().min(1).nullish().catch(null);

const name = z
	.union([z.string().trim().min(1), z.number().transform(String)])
	.nullish()
	.catch(null);

/** Text is none: a field of this name then means something else, such as Stripe's `"object": "event"`. */
const content = z
	.union([z.record(z.unknown()), z.array(z.unknown())])
	.nullish()
	.catch(null);

const moment = z.union([z.number(), z.string()]).nullish().catch(null);

export const kometiaEvent = z.object({
	id,
	type: text,
	event: text,
	name: text,
	topic: text,
	data: content,
	object: content,
	payload: content,
	created_at: moment,
	created: moment,
	store: name,
	store_id: name,
	shop: name,
	shop_id: name,
});

export type KometiaEvent = z.infer<typeof kometiaEvent>;
