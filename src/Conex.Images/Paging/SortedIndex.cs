namespace Conex.Images.Paging;

/// <summary>Keys in the order of their bytes, each with a number: a B+-tree. What is removed leaves room in its page, but no page is given back.</summary>
internal sealed class SortedIndex
{
    private readonly PageCache cache;
    private int root;

    internal SortedIndex(PageCache cache)
    {
        this.cache = cache;
        root = NewPage(isLeaf: true);
        IndexPage leaf = Change(root);
        leaf.Next = leaf.Previous = -1;
    }

    internal bool TryGet(ReadOnlySpan<byte> key, out long value)
    {
        IndexPage leaf = Page(LeafOf(key));
        int index = leaf.Find(key, out bool isThere);
        value = isThere ? leaf.Value(index) : 0;
        return isThere;
    }

    /// <summary>Gives a key a number, in place of the one it has.</summary>
    internal void Set(ReadOnlySpan<byte> key, long value)
    {
        if (key.Length > IndexPage.LongestKey)
        {
            throw new ArgumentException($"a key has {key.Length} bytes", nameof(key));
        }
        if (Set(root, key, value) is not { } added)
        {
            return;
        }
        int old = root;
        root = NewPage(isLeaf: false);
        IndexPage page = Change(root);
        page.Next = old;
        page.TryInsert(0, added.FirstKey, added.Page);
    }

    internal bool Remove(ReadOnlySpan<byte> key)
    {
        int number = LeafOf(key);
        int index = Page(number).Find(key, out bool isThere);
        if (isThere)
        {
            Change(number).Remove(index);
        }
        return isThere;
    }

    /// <summary>All keys that begin with <paramref name="prefix"/>, in their order. Nothing may be set or removed meanwhile.</summary>
    internal IEnumerable<(byte[] Key, long Value)> From(byte[] prefix)
    {
        for (int number = LeafOf(prefix), index = Page(number).Find(prefix, out _); number >= 0; number = Page(number).Next, index = 0)
        {
            for (; index < Page(number).Count; index++)
            {
                byte[] key = Page(number).Key(index).ToArray();
                if (!key.AsSpan().StartsWith(prefix))
                {
                    yield break;
                }
                yield return (key, Page(number).Value(index));
            }
        }
    }

    /// <summary>All keys, the largest first. Nothing may be set or removed meanwhile.</summary>
    internal IEnumerable<(byte[] Key, long Value)> Descending()
    {
        int number = root;
        while (!Page(number).IsLeaf)
        {
            number = Page(number).Count == 0 ? Page(number).Next : (int)Page(number).Value(Page(number).Count - 1);
        }
        for (; number >= 0; number = Page(number).Previous)
        {
            for (int index = Page(number).Count - 1; index >= 0; index--)
            {
                yield return (Page(number).Key(index).ToArray(), Page(number).Value(index));
            }
        }
    }

    /// <summary>The leaf in which a key is, if it is anywhere.</summary>
    private int LeafOf(ReadOnlySpan<byte> key)
    {
        int number = root;
        while (Page(number) is { IsLeaf: false } page)
        {
            number = page.Below(key);
        }
        return number;
    }

    /// <summary>Sets a key in a page or below it.</summary>
    /// <returns>The page that came behind this one, if it had to be split.</returns>
    private AddedPage? Set(int number, ReadOnlySpan<byte> key, long value)
    {
        IndexPage page = Page(number);
        if (!page.IsLeaf)
        {
            return Set(page.Below(key), key, value) is { } below ? Insert(number, below.FirstKey, below.Page) : null;
        }
        int index = page.Find(key, out bool isThere);
        if (!isThere)
        {
            return Insert(number, key, value);
        }
        Change(number).SetValue(index, value);
        return null;
    }

    private AddedPage? Insert(int number, ReadOnlySpan<byte> key, long value)
    {
        IndexPage page = Change(number);
        int index = page.Find(key, out _);
        if (page.TryInsert(index, key, value))
        {
            return null;
        }
        int added = NewPage(page.IsLeaf);
        IndexPage left = Change(number);
        IndexPage right = Change(added);
        int split = left.SplitIndex(index, key.Length, out bool isLeft);
        left.MoveTo(right, split);
        _ = isLeft ? left.TryInsert(index, key, value) : right.TryInsert(index - split, key, value);
        var result = new AddedPage(right.Key(0).ToArray(), added);
        if (!right.IsLeaf)
        {
            // Its first key went up: what is below it are the keys before the second.
            right.Next = (int)right.Value(0);
            right.Remove(0);
            return result;
        }
        (right.Previous, right.Next, left.Next) = (number, left.Next, added);
        if (right.Next >= 0)
        {
            IndexPage behind = Change(right.Next);
            behind.Previous = added;
        }
        return result;
    }

    private int NewPage(bool isLeaf)
    {
        int number = cache.Allocate();
        Change(number).Clear(isLeaf);
        return number;
    }

    private IndexPage Page(int number) => new(cache.Get(number, isChanging: false));

    private IndexPage Change(int number) => new(cache.Get(number, isChanging: true));

    private readonly record struct AddedPage(byte[] FirstKey, int Page);
}
