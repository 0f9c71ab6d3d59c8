import { PrimaryGeneratedColumn } from 'typeorm';

/**
 * An `id BIGINT UNSIGNED AUTO_INCREMENT` as a number. Declared as an int, because TypeORM turns the generated value of a
 * bigint column into text, whatever its transformer says; the table is ours, so nothing else follows from the type here.
 */
export const IdColumn = (): PropertyDecorator => PrimaryGeneratedColumn({ type: 'int', unsigned: true });
