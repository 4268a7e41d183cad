/* SPDX-License-Identifier: BSD-2-Clause */
/* The codec is that of every ARM port with descriptors of 64 bits. */
#include "../../common/asm/lpae.h"
