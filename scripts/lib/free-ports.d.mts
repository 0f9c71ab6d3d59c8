/** Ports for services that are started a moment later: one after the other, free for TCP and for UDP. */
export function freePorts(count: number): Promise<number[]>;
