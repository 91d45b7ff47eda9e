/*
 * SRTP by libsrtp: what it makes of packets, and whether it opens ours.
 *
 *     srtp-judge SUITE MASTER < records > lines
 *
 * MASTER is the master key with its salt, in hexadecimal. A record is 'r' (an RTP packet to seal),
 * 'c' (an RTCP packet to seal), 'o' (a sealed RTP packet to open) or 'p' (a sealed RTCP packet to
 * open), a byte of nothing, two bytes of length, highest first, and the packet, filled up to an even
 * length. Each gives a line: the packet in hexadecimal, or "error" and libsrtp's number for it.
 */
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKET_MAX 2048

static void set(const char *suite, srtp_crypto_policy_t *rtp, srtp_crypto_policy_t *rtcp)
{
    /* RTCP has a tag of 80 bits where RTP has one of 32. RFC 4568, 6.2 */
    if (strcmp(suite, "AES_CM_128_HMAC_SHA1_80") == 0) {
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(rtcp);
    } else if (strcmp(suite, "AES_CM_128_HMAC_SHA1_32") == 0) {
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(rtcp);
    } else if (strcmp(suite, "AES_256_CM_HMAC_SHA1_80") == 0) {
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(rtcp);
    } else if (strcmp(suite, "AES_256_CM_HMAC_SHA1_32") == 0) {
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(rtcp);
    } else if (strcmp(suite, "AEAD_AES_128_GCM") == 0) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(rtcp);
    } else if (strcmp(suite, "AEAD_AES_256_GCM") == 0) {
        srtp_crypto_policy_set_aes_gcm_256_16_auth(rtp);
        srtp_crypto_policy_set_aes_gcm_256_16_auth(rtcp);
    } else {
        fprintf(stderr, "no suite %s\n", suite);
        exit(2);
    }
}

static srtp_t create(const char *suite, unsigned char *key, srtp_ssrc_type_t direction)
{
    srtp_policy_t policy;
    srtp_t session = NULL;
    memset(&policy, 0, sizeof policy);
    set(suite, &policy.rtp, &policy.rtcp);
    policy.ssrc.type = direction;
    policy.key = key;
    policy.window_size = 128;
    if (srtp_create(&session, &policy) != srtp_err_status_ok) {
        fprintf(stderr, "libsrtp has no %s\n", suite);
        exit(3);
    }
    return session;
}

int main(int argc, char **argv)
{
    unsigned char key[128] = {0};
    unsigned char packet[PACKET_MAX];
    unsigned char head[4];
    srtp_t out;
    srtp_t in;
    size_t at;

    if (argc != 3)
        return 2;
    for (at = 0; at < sizeof key && argv[2][2 * at] != '\0'; at++) {
        unsigned byte;
        if (sscanf(argv[2] + 2 * at, "%2x", &byte) != 1)
            return 2;
        key[at] = (unsigned char) byte;
    }
    srtp_init();
    out = create(argv[1], key, ssrc_any_outbound);
    in = create(argv[1], key, ssrc_any_inbound);
    while (fread(head, 1, sizeof head, stdin) == sizeof head) {
        int length = head[2] << 8 | head[3];
        srtp_err_status_t status;
        if (length > PACKET_MAX - SRTP_MAX_TRAILER_LEN
            || fread(packet, 1, length + (length & 1), stdin) != (size_t) (length + (length & 1)))
            return 4;
        switch (head[0]) {
        case 'r': status = srtp_protect(out, packet, &length); break;
        case 'c': status = srtp_protect_rtcp(out, packet, &length); break;
        case 'o': status = srtp_unprotect(in, packet, &length); break;
        case 'p': status = srtp_unprotect_rtcp(in, packet, &length); break;
        default: return 5;
        }
        if (status != srtp_err_status_ok) {
            printf("error %d\n", (int) status);
            continue;
        }
        for (int n = 0; n < length; n++)
            printf("%02x", packet[n]);
        printf("\n");
    }
    srtp_shutdown();
    return 0;
}
