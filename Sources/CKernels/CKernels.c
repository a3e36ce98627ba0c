#include "CKernels.h"

static const char common[] = {
#embed "../../Kernels/common.cl"
};
static const char activation[] = {
#embed "../../Kernels/activation.cl"
};
static const char binary[] = {
#embed "../../Kernels/binary.cl"
};
static const char broadcast[] = {
#embed "../../Kernels/broadcast.cl"
};
static const char loss[] = {
#embed "../../Kernels/loss.cl"
};
static const char matmul[] = {
#embed "../../Kernels/matmul.cl"
};
static const char reduce[] = {
#embed "../../Kernels/reduce.cl"
};
static const char softmax[] = {
#embed "../../Kernels/softmax.cl"
};
static const char update[] = {
#embed "../../Kernels/update.cl"
};

#define SOURCE(name) {#name ".cl", name, sizeof name}

static const CKernelSource sources[] = {
    SOURCE(common),
    SOURCE(activation), SOURCE(binary),  SOURCE(broadcast), SOURCE(loss),
    SOURCE(matmul),     SOURCE(reduce),  SOURCE(softmax),   SOURCE(update),
};

size_t CKernels_count(void) { return sizeof sources / sizeof *sources; }

CKernelSource CKernels_source(size_t index) { return sources[index]; }
