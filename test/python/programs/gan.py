import torch
import torch.nn as nn

torch.manual_seed(11)
nz, ngf, nc = 4, 4, 1


class Generator(nn.Module):
    def __init__(self):
        super(Generator, self).__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(nz, ngf * 2, 4, 1, 0, bias=False),
            nn.BatchNorm2d(ngf * 2),
            nn.ReLU(True),
            nn.ConvTranspose2d(ngf * 2, nc, 4, 2, 1, bias=False),
            nn.Tanh(),
        )

    def forward(self, input):
        return self.main(input)


class Discriminator(nn.Module):
    def __init__(self, ndf=4):
        super(Discriminator, self).__init__()
        self.main = nn.Sequential(
            nn.Conv2d(nc, ndf, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True), nn.Conv2d(ndf, 1, 4, 1, 0, bias=False), nn.Sigmoid()
        )

    def forward(self, input):
        return self.main(input).view(-1, 1).squeeze(1)


netG, netD = Generator(), Discriminator()
print(netG, netD)
criterion = nn.BCELoss()
optD = torch.optim.Adam(netD.parameters(), lr=0.01, betas=(0.5, 0.999))
optG = torch.optim.Adam(netG.parameters(), lr=0.01, betas=(0.5, 0.999))
real = torch.rand(6, nc, 8, 8) * 2 - 1
for i in range(3):
    netD.zero_grad()
    label = torch.full((6,), 1.0)
    errD_real = criterion(netD(real), label)
    errD_real.backward()
    noise = torch.randn(6, nz, 1, 1)
    fake = netG(noise)
    label.fill_(0.0)
    errD_fake = criterion(netD(fake.detach()), label)
    errD_fake.backward()
    optD.step()
    netG.zero_grad()
    label.fill_(1.0)
    errG = criterion(netD(fake), label)
    errG.backward()
    optG.step()
    print("[%d/%d] Loss_D: %.4f Loss_G: %.4f" % (i, 3, (errD_real + errD_fake).item(), errG.item()))
print(fake.shape, sum(p.numel() for p in netG.parameters() if p.requires_grad))
