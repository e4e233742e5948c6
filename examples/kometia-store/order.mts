/** What may be chosen of an order. */
export interface OrderWish {
	/** Name of who buys. */
	readonly customer?: string;
	/** What is bought. */
	readonly product?: string;
	/** Price in Mexican pesos, such as `1250.00`. */
	readonly total?: string;
}

/** Numbers orders as a shop does. Starts with the minute, so that a restart repeats none. */
let lastNumber = Math.floor(Date.now() / 60_000);

/** An order of one product, as `data` of an event. */
export function newOrder({
	customer = 'Lucía Hernández',
	product = 'Café de Chiapas, 1 kg',
	total = '1250.00',
}: OrderWish): Record<string, unknown> {
	lastNumber += 1;
	return {
		id: lastNumber,
		number: `#${lastNumber}`,
		status: 'paid',
		currency: 'MXN',
		total,
		customer: { name: customer },
		items: [{ name: product, quantity: 1, price: total }],
	};
}
