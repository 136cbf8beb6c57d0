using Conex.Engine.Checks;
using Conex.Engine.Errors;
using Conex.Engine.Images;
using Conex.Engine.Tests.Fixtures;
using Conex.Images.Archives;
using Conex.Images.Checks;
using Conex.Oci;

namespace Conex.Engine.Tests.Images;

/// <summary>Images are removed while containers are made from them.</summary>
public sealed class ImageGuardTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_container_that_could_be_made_has_its_image()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        using var done = new CancellationTokenSource();
        Task removing = Task.Run(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    ImagePrune.Run(house.Engine.Images, all: true, _ => true);
                }
            },
            Cancellation
        );
        int made = 0;
        for (int i = 0; i < 200; i++)
        {
            await ImportAsync(house);
            try
            {
                string id = await house.CreateAsync();
                made++;
                SystemReport report = await house.Engine.Checks.RunAsync(new CheckOptions { Quick = true }, Cancellation);
                Assert.Empty(report.Findings);
                Assert.Equal(1, report.Containers);
                await house.Containers.StartAsync(id, Cancellation);
                house.Runtime.Monitors[id].Exit(0);
                await house.Containers.RemoveAsync(id, force: true, Cancellation);
            }
            catch (NotFoundException)
            {
                // Removed before the container was asked for.
            }
        }
        await done.CancelAsync();
        await removing;
        Assert.True(made > 0);
        ImagePrune.Run(house.Engine.Images, all: true, _ => true);
        string layers = $"{house.DataRoot}/layers/sha256";
        Assert.True(
            SpinWait.SpinUntil(() => !Directory.EnumerateFileSystemEntries(layers).Any(), TimeSpan.FromMinutes(2)),
            string.Join('\n', Directory.EnumerateFileSystemEntries(layers))
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{house.DataRoot}/content/blobs/sha256"));
    }

    private static async Task ImportAsync(EngineHouse house)
    {
        using var tar = new MemoryStream(new byte[1024]);
        await house.Engine.Images.ImportAsync(
            tar,
            new ImportOptions { Reference = ImageReference.Parse("box:latest"), Changes = ["CMD [\"/x\"]"] }
        );
    }
}
