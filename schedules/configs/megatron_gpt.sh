#!/bin/bash
# Megatron-LM: a cosine over 430,000 iterations, its warmup a fraction of them.
GLOBAL_BATCH_SIZE=1024
TRAINING_ARGS=(
    --micro-batch-size 1
    --global-batch-size $GLOBAL_BATCH_SIZE
    --train-iters 500000
    --lr 6.0e-5
    --min-lr 6.0e-6
    --lr-decay-style cosine
    --lr-decay-iters 430000
    --lr-warmup-fraction .001
)
torchrun pretrain_gpt.py ${TRAINING_ARGS[@]}
