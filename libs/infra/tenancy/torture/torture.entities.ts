import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Every row says whose it is, so that one in the wrong place gives itself away. */
@Entity('ledger')
export class LedgerRow {
  @PrimaryGeneratedColumn({ type: 'bigint', unsigned: true })
  id: number;

  @Column({ type: 'varchar', length: 40 })
  op: string;

  @Column({ type: 'varchar', length: 80 })
  owner: string;

  @Column({ type: 'int', default: 0 })
  qty: number;
}

/** Written in the same transaction as a ledger row with the same `op`: there must be both or neither. */
@Entity('marks')
export class Mark {
  @PrimaryGeneratedColumn({ type: 'bigint', unsigned: true })
  id: number;

  @Column({ type: 'varchar', length: 40 })
  op: string;

  @Column({ type: 'varchar', length: 80 })
  owner: string;
}

export const TORTURE_SCHEMA = `
CREATE TABLE ledger (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, op VARCHAR(40) NOT NULL, owner VARCHAR(80) NOT NULL, qty INT NOT NULL DEFAULT 0, KEY (op));
CREATE TABLE marks (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, op VARCHAR(40) NOT NULL, owner VARCHAR(80) NOT NULL, KEY (op));
CREATE TABLE counters (id INT PRIMARY KEY, n INT NOT NULL);
INSERT INTO counters VALUES (1, 0), (2, 0);
`;
