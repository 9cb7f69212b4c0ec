# mmengine: a warmup of 500 iterations, and two milestones of which the second is past the end.
train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=12, val_interval=1)
train_dataloader = dict(batch_size=2, num_workers=2)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="SGD", lr=0.02, momentum=0.9, weight_decay=1e-4))
param_scheduler = [
    dict(type="LinearLR", start_factor=0.001, by_epoch=False, begin=0, end=500),
    dict(type="MultiStepLR", begin=0, end=12, by_epoch=True, milestones=[8, 12], gamma=0.1),
]
