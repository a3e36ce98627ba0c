#include "CKernels.h"

static const char common[] = {
#embed "../../Kernels/common.cl"
};
static const char activation[] = {
#embed "../../Kernels/activation.cl"
};
static const char attention[] = {
#embed "../../Kernels/attention.cl"
};
static const char binary[] = {
#embed "../../Kernels/binary.cl"
};
static const char broadcast[] = {
#embed "../../Kernels/broadcast.cl"
};
static const char columns[] = {
#embed "../../Kernels/columns.cl"
};
static const char dense[] = {
#embed "../../Kernels/dense.cl"
};
static const char dense_wide[] = {
#embed "../../Kernels/dense_wide.cl"
};
static const char dropout[] = {
#embed "../../Kernels/dropout.cl"
};
static const char gather[] = {
#embed "../../Kernels/gather.cl"
};
static const char lookup[] = {
#embed "../../Kernels/lookup.cl"
};
static const char lookup_update[] = {
#embed "../../Kernels/lookup_update.cl"
};
static const char loss[] = {
#embed "../../Kernels/loss.cl"
};
static const char matmul[] = {
#embed "../../Kernels/matmul.cl"
};
static const char matmul_tensor[] = {
#embed "../../Kernels/matmul_tensor.cl"
};
static const char matmul_wide[] = {
#embed "../../Kernels/matmul_wide.cl"
};
static const char matvec_wide[] = {
#embed "../../Kernels/matvec_wide.cl"
};
static const char normalize[] = {
#embed "../../Kernels/normalize.cl"
};
static const char pool[] = {
#embed "../../Kernels/pool.cl"
};
static const char recurrence[] = {
#embed "../../Kernels/recurrence.cl"
};
static const char recurrence_wide[] = {
#embed "../../Kernels/recurrence_wide.cl"
};
static const char reduce[] = {
#embed "../../Kernels/reduce.cl"
};
static const char reduce_wide[] = {
#embed "../../Kernels/reduce_wide.cl"
};
static const char rule[] = {
#embed "../../Kernels/rule.cl"
};
static const char softmax[] = {
#embed "../../Kernels/softmax.cl"
};
static const char states[] = {
#embed "../../Kernels/states.cl"
};
static const char steps[] = {
#embed "../../Kernels/steps.cl"
};
static const char tile_wide[] = {
#embed "../../Kernels/tile_wide.cl"
};
static const char update[] = {
#embed "../../Kernels/update.cl"
};
static const char windows[] = {
#embed "../../Kernels/windows.cl"
};

#define SOURCE(name) {#name ".cl", name, sizeof name}

// A file that others build upon comes before them.
static const CKernelSource sources[] = {
    SOURCE(common),    SOURCE(activation),    SOURCE(binary),      SOURCE(broadcast),
    SOURCE(columns),   SOURCE(dense),         SOURCE(dense_wide),  SOURCE(dropout),
    SOURCE(lookup),    SOURCE(normalize),     SOURCE(loss),        SOURCE(matmul),
    SOURCE(tile_wide), SOURCE(matmul_tensor), SOURCE(matmul_wide), SOURCE(matvec_wide),
    SOURCE(reduce),    SOURCE(reduce_wide),   SOURCE(softmax),     SOURCE(rule),
    SOURCE(update),    SOURCE(lookup_update), SOURCE(gather),
    SOURCE(steps),     SOURCE(attention),     SOURCE(pool),        SOURCE(recurrence),
    SOURCE(states),    SOURCE(windows),       SOURCE(recurrence_wide),
};

size_t CKernels_count(void) { return sizeof sources / sizeof *sources; }

CKernelSource CKernels_source(size_t index) { return sources[index]; }
