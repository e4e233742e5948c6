import type { DeliveryBody } from './delivery';

/** The bytes of bodies, made once for all subscribers of an event. */
export class BodyBytes {
	private readonly known = new Map<DeliveryBody, Buffer>();

	of(body: DeliveryBody): Buffer {
		const known = this.known.get(body);
		if (known !== undefined) return known;
		const bytes = Buffer.from(body.text);
		this.known.set(body, bytes);
		return bytes;
	}
}
