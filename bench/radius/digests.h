/* What RADIUS logins are made of: MD5 (RFC 1321), MD4 (RFC 1320), SHA-1 (RFC 3174) and DES (FIPS 46-3). Written here so that
 * the load generator needs a C compiler and nothing else; good for test traffic, not for secrets. */
#ifndef DIGESTS_H
#define DIGESTS_H

#include <stddef.h>
#include <stdint.h>

#define MD_SIZE 16
#define SHA1_SIZE 20

void md4(const uint8_t *data, size_t length, uint8_t digest[MD_SIZE]);
void md5(const uint8_t *data, size_t length, uint8_t digest[MD_SIZE]);
void sha1(const uint8_t *data, size_t length, uint8_t digest[SHA1_SIZE]);

/* One block with a key of 56 bits, as MS-CHAP cuts them from a hash. */
void des_encrypt(const uint8_t key[7], const uint8_t block[8], uint8_t out[8]);

#endif
