/** The box's address in the virtual network. */
export const BENCH_HOST = "10.0.0.1";
